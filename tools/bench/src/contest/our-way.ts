import { fileURLToPath } from 'node:url';
import { threadEnvironment } from '../thread-environment.ts';
import type { Way } from './contestant.ts';

/** Our side: compiled functions on TensorFlow, in a process that is started as this one was. */
export function ourWay(threads: number): Way {
  const main = fileURLToPath(new URL(`../contestant/main${extension()}`, import.meta.url));
  return {
    side: 'Borealis',
    name: 'compiled',
    variant: {},
    launch: {
      command: process.execPath,
      args: [...process.execArgv, '--expose-gc', main],
      environment: threadEnvironment(threads),
    },
  };
}

/** `.ts` from source, `.js` once built. */
function extension(): string {
  return import.meta.url.endsWith('.ts') ? '.ts' : '.js';
}
