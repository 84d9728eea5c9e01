import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withCacheLock } from './cache-lock.ts';
import { compileAddon } from './compile-addon.ts';
import { EngineError } from './engine-error.ts';
import type { EngineInstall, ProvisionOptions, ProvisionProgress } from './engine-install.ts';
import { engineLayout, type EngineLayout } from './engine-layout.ts';
import { readEngine } from './engine-record.ts';
import { engineFolder, findEngineIn } from './find-engine.ts';
import { gpuPresent } from './gpu-present.ts';
import { installLibrary, libraryFolder } from './install-library.ts';
import { installTfjs } from './install-tfjs.ts';
import { findPrerequisites } from './prerequisites.ts';
import { makeScratchFolder, removeDeadScratch } from './scratch-folder.ts';
import { wheelSet } from './wheels.ts';

/**
 * Puts the native engine into the cache, or finds that it is there (which takes milliseconds). Everything is made
 * in a folder of its own and renamed into place, under a lock: calls may coincide, and be killed at any point.
 * @param options.source `pypi` (default): TensorFlow 2.21 out of its wheel, with our extension; `tfjs`: what
 *   tfjs-node's own installer fetches
 * @param options.flavour default: `cuda` where an NVIDIA GPU and wheels for it exist, else `cpu`
 * @throws EngineError; its message names the remedy
 */
export async function provisionEngine(options: ProvisionOptions = {}): Promise<EngineInstall> {
  return provisionEngineIn(engineLayout(), options);
}

export async function provisionEngineIn(
  layout: EngineLayout,
  options: ProvisionOptions,
): Promise<EngineInstall> {
  const source = options.source ?? 'pypi';
  const cudaHere = gpuPresent() && (source === 'tfjs' || wheelSet(layout.platform, 'cuda') !== undefined);
  const flavour = options.flavour ?? (cudaHere ? 'cuda' : 'cpu');
  const onProgress = options.onProgress ?? ((): void => undefined);

  const folder = engineFolder(layout, source, flavour);
  if (folder === undefined) throw unsupported(layout, flavour);
  const found = findEngineIn(layout, { source, flavour });
  if (found !== undefined) return found;

  const onWait = ({ pid }: { pid: number }): void => {
    onProgress({
      step: 'wait',
      message: `waiting for process ${pid}, which is installing into ${layout.cache}`,
    });
  };
  return withCacheLock({ path: join(layout.cache, 'locks', 'engine'), onWait }, async () => {
    await removeDeadScratch(layout.cache);
    const installed = findEngineIn(layout, { source, flavour });
    if (installed !== undefined) return installed;
    const scratch = await makeScratchFolder(layout.cache);
    try {
      if (source === 'tfjs') {
        onProgress({ step: 'install', message: "running tfjs-node's own installer" });
        await installTfjs({ layout, flavour, folder, scratch });
      } else {
        await installFromWheels({ layout, flavour, folder, scratch, onProgress });
      }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    const engine = readEngine(folder);
    if (engine === undefined)
      throw new EngineError('DAMAGED', `${folder} was installed but can't be read back.`);
    onProgress({
      step: 'done',
      message: `TensorFlow ${engine.tensorflowVersion} (${flavour}) is in ${engine.directory}`,
    });
    return engine;
  });
}

interface WheelInstall {
  readonly layout: EngineLayout;
  readonly flavour: EngineInstall['flavour'];
  readonly folder: string;
  readonly scratch: string;
  readonly onProgress: (progress: ProvisionProgress) => void;
}

async function installFromWheels({
  layout,
  flavour,
  folder,
  scratch,
  onProgress,
}: WheelInstall): Promise<void> {
  const set = wheelSet(layout.platform, flavour);
  if (set === undefined) throw unsupported(layout, flavour);
  // Before any download: who lacks the compiler shall not wait for the library first.
  const { python, compiler } = await findPrerequisites();
  const library = libraryFolder(layout.cache, layout.platform, flavour, set);
  await installLibrary({ folder: library, set, python, scratch, onProgress });
  onProgress({ step: 'compile', message: `compiling the native addon with ${compiler.join(' ')}` });
  await compileAddon({ layout, flavour, library, folder, compiler, scratch });
}

function unsupported({ platform }: EngineLayout, flavour: string): EngineError {
  return new EngineError(
    'UNSUPPORTED_PLATFORM',
    `There is no native engine for ${platform} (${flavour}). Supported: Linux with glibc 2.27 or later on x64 ` +
      '(CPU, or NVIDIA GPU with CUDA 12) and arm64 (CPU). Elsewhere small models can be evaluated on the WASM backend.',
  );
}
