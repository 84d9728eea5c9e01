import { spawn } from 'node:child_process';
import { once } from 'node:events';

const OUTPUT_LIMIT = 64 * 1024; // only the end is ever shown

export interface CommandResult {
  /** Exit status; undefined where the program could not be started or a signal ended it. */
  readonly status: number | undefined;
  /** Whether the program was found at all. */
  readonly found: boolean;
  /** The end of what it printed, both streams together. */
  readonly output: string;
}

export interface CommandOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a program to its end. A signal that ends this process meanwhile ends the program, too. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { environment, cwd, timeoutMs }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);

  const passOn = (signal: NodeJS.Signals): void => {
    child.kill(signal);
    stopListening();
    // Nobody else listens: do what would have happened without us.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, passOn);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return { status: status ?? undefined, found: true, output };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { status: undefined, found: false, output: '' };
    throw error;
  } finally {
    stopListening();
  }
}

/** The last `count` lines that hold something. */
export function lastLines(output: string, count: number): string {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
