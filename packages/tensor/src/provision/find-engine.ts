import { join } from 'node:path';
import { addonKey } from './addon-key.ts';
import type { EngineChoice, EngineFlavour, EngineInstall, EngineSource } from './engine-install.ts';
import { engineLayout, type EngineLayout } from './engine-layout.ts';
import { readEngine } from './engine-record.ts';
import { gpuPresent } from './gpu-present.ts';
import { libraryFolder } from './install-library.ts';
import { tfjsFolder } from './install-tfjs.ts';
import { wheelSet } from './wheels.ts';

/**
 * The engine that is installed, or undefined; takes milliseconds and changes nothing. Without a choice, the wheel's
 * engine comes before tfjs-node's, and CUDA before the CPU where an NVIDIA GPU is present; where none is, the GPU build
 * computes on the CPU.
 */
export function findEngine(choice: EngineChoice = {}): EngineInstall | undefined {
  return findEngineIn(engineLayout(), choice);
}

export function findEngineIn(
  layout: EngineLayout,
  { source, flavour }: EngineChoice,
): EngineInstall | undefined {
  const flavours: EngineFlavour[] =
    flavour !== undefined ? [flavour] : gpuPresent() ? ['cuda', 'cpu'] : ['cpu', 'cuda'];
  const sources: EngineSource[] = source === undefined ? ['pypi', 'tfjs'] : [source];
  for (const from of sources) {
    for (const kind of flavours) {
      const folder = engineFolder(layout, from, kind);
      const engine = folder === undefined ? undefined : readEngine(folder);
      if (engine !== undefined) return engine;
    }
  }
  return undefined;
}

/** Where this engine lies once it is installed; undefined where there are no wheels for the platform. */
export function engineFolder(
  layout: EngineLayout,
  source: EngineSource,
  flavour: EngineFlavour,
): string | undefined {
  if (source === 'tfjs') return tfjsFolder(layout, flavour);
  const set = wheelSet(layout.platform, flavour);
  if (set === undefined) return undefined;
  const library = libraryFolder(layout.cache, layout.platform, flavour, set);
  return join(layout.cache, 'engines', addonKey(layout, flavour, library));
}
