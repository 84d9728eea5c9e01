import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineError } from './engine-error.ts';
import type { EngineFlavour } from './engine-install.ts';
import type { EngineLayout } from './engine-layout.ts';
import { RECORD_NAME, type EngineRecord } from './engine-record.ts';
import { recordFile } from './library-manifest.ts';
import { lastLines, runCommand } from './run-command.ts';
import type { TranslationUnit } from './translation-units.ts';
import { addonUnits, COMPILER_FLAGS, frontUnit, LINKER_FLAGS } from './translation-units.ts';
import { TENSORFLOW_VERSION } from './wheels.ts';

/** The front opens the addon by this name. */
const ADDON_NAME = 'borealis.node';
const FRONT_NAME = 'tfjs_binding.node';

export interface CompileOptions {
  readonly layout: EngineLayout;
  readonly flavour: EngineFlavour;
  /** The library's folder in the cache. */
  readonly library: string;
  /** The engine's folder in the cache. */
  readonly folder: string;
  readonly compiler: readonly [string, ...string[]];
  readonly scratch: string;
}

/** Compiles tfjs-node's addon together with our extension against the library, and puts it into the cache. */
export async function compileAddon(options: CompileOptions): Promise<void> {
  const { layout, flavour, library, folder, scratch } = options;
  const into = join(scratch, 'engine');
  const objects = join(scratch, 'objects');
  await mkdir(into);
  await mkdir(objects);
  const libraries = join(library, 'tensorflow');
  const includes = [
    layout.nativeDirectory,
    layout.bindingPackage,
    join(libraries, 'include'),
    layout.nodeHeaders,
  ];
  const units = addonUnits(layout.platform);
  await inTurns([...units, frontUnit], availableParallelism(), (unit) =>
    compile(options, unit, objects, includes),
  );
  await link(options, units, objects, join(into, ADDON_NAME), [
    join(libraries, 'libtensorflow_cc.so.2'),
    join(libraries, 'libtensorflow_framework.so.2'),
    `-Wl,-rpath,${libraries}`,
  ]);
  await link(options, [frontUnit], objects, join(into, FRONT_NAME), ['-ldl']);
  const record: EngineRecord = {
    tensorflowVersion: TENSORFLOW_VERSION,
    flavour,
    source: 'pypi',
    hasExtension: true,
    addon: await recordFile(into, FRONT_NAME),
    extension: await recordFile(into, ADDON_NAME),
    library,
    librarySubfolder: 'tensorflow',
  };
  await writeFile(join(into, RECORD_NAME), JSON.stringify(record, null, 2), { flush: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await rename(into, folder);
}

/** At most `width` at a time; the first failure is the one that is told. */
async function inTurns<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  const workers = Array.from({ length: width }, async () => {
    try {
      await worker();
    } catch (problem) {
      queue.length = 0;
      throw problem;
    }
  });
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function compile(
  { layout, compiler }: CompileOptions,
  unit: TranslationUnit,
  objects: string,
  includes: readonly string[],
): Promise<void> {
  const source = join(layout.nativeDirectory, unit.source);
  if (!existsSync(source)) {
    throw new EngineError('BROKEN_PACKAGE', `${source} is missing; install @borealis/tensor again.`);
  }
  const folders = includes.flatMap((folder) => ['-I', folder]);
  await run(compiler, [
    ...COMPILER_FLAGS,
    ...unit.flags,
    ...folders,
    '-c',
    source,
    '-o',
    objectOf(unit, objects),
  ]);
}

async function link(
  { compiler }: CompileOptions,
  units: readonly TranslationUnit[],
  objects: string,
  target: string,
  libraries: readonly string[],
): Promise<void> {
  const inputs = units.map((unit) => objectOf(unit, objects));
  await run(compiler, [...LINKER_FLAGS, ...inputs, '-o', target, ...libraries]);
}

function objectOf(unit: TranslationUnit, objects: string): string {
  return join(objects, `${unit.name}.o`);
}

async function run([program, ...first]: CompileOptions['compiler'], args: readonly string[]): Promise<void> {
  const { status, output } = await runCommand(program, [...first, ...args]);
  if (status === 0) return;
  throw new EngineError(
    'COMPILE_FAILED',
    `The native addon could not be compiled (${program} ended with ${status ?? 'a signal'}). The compiler said:\n${lastLines(output, 15)}`,
    { output },
  );
}
