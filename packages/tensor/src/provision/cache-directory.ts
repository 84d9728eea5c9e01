import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Borealis' cache: `BOREALIS_CACHE`, else `$XDG_CACHE_HOME/borealis`, else `~/.cache/borealis`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['BOREALIS_CACHE'];
  if (own !== undefined && own !== '') return resolve(own);
  const xdg = environment['XDG_CACHE_HOME'];
  return xdg !== undefined && xdg !== '' ? resolve(xdg, 'borealis') : join(homedir(), '.cache', 'borealis');
}
