import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from './engine-error.ts';
import type { EngineFlavour } from './engine-install.ts';
import type { EngineLayout } from './engine-layout.ts';
import { addonUnits, COMPILER_FLAGS, frontUnit, LINKER_FLAGS } from './translation-units.ts';
import { TENSORFLOW_VERSION } from './wheels.ts';

/**
 * Names the folder of a compiled addon: a digest of all that goes into it. The library's folder is in it because
 * the addon holds its absolute path.
 */
export function addonKey(layout: EngineLayout, flavour: EngineFlavour, library: string): string {
  const hash = createHash('sha256');
  const recipe = [COMPILER_FLAGS, LINKER_FLAGS, addonUnits(layout.platform), frontUnit];
  hash.update(JSON.stringify([TENSORFLOW_VERSION, flavour, layout.platform, recipe, library]));
  for (const folder of [layout.nativeDirectory, join(layout.bindingPackage, 'binding')]) {
    for (const name of sources(folder)) {
      hash.update(`\0${name}\0`).update(readFileSync(join(folder, name)));
    }
  }
  return `addon-${hash.digest('hex').slice(0, 16)}`;
}

function sources(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new EngineError('BROKEN_PACKAGE', `${folder} can't be read; install the dependencies again.`, {
      cause,
    });
  }
  return names.filter((name) => /\.(cc|h)$/.test(name)).sort();
}
