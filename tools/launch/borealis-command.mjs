import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './places.mjs';

/** Program and arguments that run a TypeScript file of the checkout from its source. */
export function fromSource(file, args) {
  const loader = pathToFileURL(createRequire(join(ROOT, 'package.json')).resolve('tsx')).href;
  return [process.execPath, ['--conditions=@borealis/source', '--import', loader, join(ROOT, file), ...args]];
}

/** Program and arguments of `borealis ARGS`. */
export function borealisCommand(args) {
  return fromSource('apps/cli/src/main.ts', args);
}
