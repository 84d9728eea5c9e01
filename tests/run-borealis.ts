import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './workspace.ts';

const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface BorealisRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `borealis ARGS` from source, as a user's shell would run it. */
export function runBorealis(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly nodeOptions?: readonly string[] } = {},
): BorealisRun {
  const main = join(ROOT, 'apps', 'cli', 'src', 'main.ts');
  const node = ['--conditions=@borealis/source', '--import', LOADER, ...(options.nodeOptions ?? [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, main, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 150_000,
    maxBuffer: 1 << 26,
    env: { ...process.env, ...options.env },
  });
  return { status, stdout, stderr };
}
