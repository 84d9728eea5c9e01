import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ADDON_SOURCE, COMPILER_FLAGS, FRONT_SOURCE } from './addon-key.ts';
import { EngineError } from './engine-error.ts';
import type { EngineFlavour } from './engine-install.ts';
import type { EngineLayout } from './engine-layout.ts';
import { RECORD_NAME, type EngineRecord } from './engine-record.ts';
import { recordFile } from './library-manifest.ts';
import { lastLines, runCommand } from './run-command.ts';
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
  await mkdir(into);
  const libraries = join(library, 'tensorflow');
  await compile(options, {
    source: ADDON_SOURCE,
    target: join(into, ADDON_NAME),
    includes: [layout.nativeDirectory, layout.bindingPackage, join(libraries, 'include'), layout.nodeHeaders],
    link: [
      join(libraries, 'libtensorflow_cc.so.2'),
      join(libraries, 'libtensorflow_framework.so.2'),
      `-Wl,-rpath,${libraries}`,
    ],
  });
  await compile(options, {
    source: FRONT_SOURCE,
    target: join(into, FRONT_NAME),
    includes: [layout.nodeHeaders],
    link: ['-ldl'],
  });
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

interface Compilation {
  readonly source: string;
  readonly target: string;
  readonly includes: readonly string[];
  readonly link: readonly string[];
}

async function compile({ layout, compiler }: CompileOptions, what: Compilation): Promise<void> {
  const source = join(layout.nativeDirectory, what.source);
  if (!existsSync(source)) {
    throw new EngineError('BROKEN_PACKAGE', `${source} is missing; install @borealis/tensor again.`);
  }
  const [program, ...programArgs] = compiler;
  const includes = what.includes.flatMap((folder) => ['-I', folder]);
  const args = [...programArgs, ...COMPILER_FLAGS, ...includes, source, '-o', what.target, ...what.link];
  const { status, output } = await runCommand(program, args);
  if (status === 0) return;
  throw new EngineError(
    'COMPILE_FAILED',
    `The native addon could not be compiled (${program} ended with ${status ?? 'a signal'}). The compiler said:\n${lastLines(output, 15)}`,
    { output },
  );
}
