import { existsSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ADDON_SOURCE, COMPILER_FLAGS } from './addon-key.ts';
import { EngineError } from './engine-error.ts';
import type { EngineFlavour } from './engine-install.ts';
import type { EngineLayout } from './engine-layout.ts';
import { RECORD_NAME, type EngineRecord } from './engine-record.ts';
import { hashFile } from './library-manifest.ts';
import { lastLines, runCommand } from './run-command.ts';
import { TENSORFLOW_VERSION } from './wheels.ts';

const ADDON_NAME = 'tfjs_binding.node';

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
  const source = join(layout.nativeDirectory, ADDON_SOURCE);
  if (!existsSync(source)) {
    throw new EngineError('BROKEN_PACKAGE', `${source} is missing; install @borealis/tensor again.`);
  }
  const into = join(scratch, 'engine');
  await mkdir(into);
  const target = join(into, ADDON_NAME);
  const libraries = join(library, 'tensorflow');
  const [program, ...programArgs] = options.compiler;
  const args = [
    ...programArgs,
    ...COMPILER_FLAGS,
    ...['-I', layout.nativeDirectory],
    ...['-I', layout.bindingPackage],
    ...['-I', join(libraries, 'include')],
    ...['-I', layout.nodeHeaders],
    source,
    ...['-o', target],
    join(libraries, 'libtensorflow_cc.so.2'),
    join(libraries, 'libtensorflow_framework.so.2'),
    `-Wl,-rpath,${libraries}`,
  ];
  const { status, output } = await runCommand(program, args);
  if (status !== 0) {
    throw new EngineError(
      'COMPILE_FAILED',
      `The native addon could not be compiled (${program} ended with ${status ?? 'a signal'}). The compiler said:\n${lastLines(output, 15)}`,
      { output },
    );
  }
  const record: EngineRecord = {
    tensorflowVersion: TENSORFLOW_VERSION,
    flavour,
    source: 'pypi',
    hasExtension: true,
    addon: { path: ADDON_NAME, bytes: statSync(target).size, sha256: await hashFile(target) },
    library,
    librarySubfolder: 'tensorflow',
  };
  await writeFile(join(into, RECORD_NAME), JSON.stringify(record, null, 2), { flush: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await rename(into, folder);
}
