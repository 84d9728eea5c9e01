import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The same rule as in packages/tensor/src/provision/cache-directory.ts, which can't be loaded yet. */
export function cacheDirectory() {
  const { BOREALIS_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own) return resolve(own);
  return xdg ? resolve(xdg, 'borealis') : join(homedir(), '.cache', 'borealis');
}
