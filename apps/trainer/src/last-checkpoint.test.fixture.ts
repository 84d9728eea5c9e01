import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file of a run's last checkpoint, but for the time in its manifest. */
export async function lastCheckpoint(run: string): Promise<Record<string, string>> {
  const folder = join(run, 'checkpoints', (await readdir(join(run, 'checkpoints'))).sort().at(-1) ?? '');
  const names = (await readdir(folder)).filter((name) => name !== 'manifest.json');
  const files = names.map(async (name) => [name, await readFile(join(folder, name), 'hex')] as const);
  return Object.fromEntries(await Promise.all(files));
}
