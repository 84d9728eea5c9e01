import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BenchError } from './bench-error.ts';

/**
 * What a program of this package prints as JSON, run in a process of its own.
 *
 * @param program its place without the extension: from source it is TypeScript, once built JavaScript
 * @param environment default: this process's
 * @throws BenchError `contestant-failed`
 */
export async function runChild(
  program: URL,
  args: readonly string[],
  environment = process.env,
): Promise<unknown> {
  const main = fileURLToPath(program) + (import.meta.url.endsWith('.ts') ? '.ts' : '.js');
  try {
    const all = [...process.execArgv, main, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, all, { env: environment });
    return JSON.parse(stdout);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError('contestant-failed', `${main} failed: ${message}`, { cause });
  }
}
