import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import type { Contestant, Way } from './contestant.ts';
import type { Request } from './protocol.ts';
import {
  openedSchema,
  peakSchema,
  profiledSchema,
  replySchema,
  resetSchema,
  timedSchema,
} from './protocol.ts';

const ERROR_OUTPUT_LIMIT = 16 * 1024; // only the end is ever shown

/** Starts a contestant's process. Its requests fail with BenchError `contestant-failed` where it reports an error or ends. */
export function startContestant({ side, name, variant, launch }: Way): Contestant {
  const child = spawn(launch.command, launch.args, {
    env: launch.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ask = requestsTo(child, `${side} (${name})`);
  return {
    open: (request) => ask({ call: 'open', variant, ...request }, openedSchema),
    time: async (iterations, untimed) =>
      (await ask({ call: 'time', iterations, untimed }, timedSchema)).milliseconds,
    resetPeak: async () => (await ask({ call: 'resetPeak' }, resetSchema)).reset,
    peakBytes: async () => (await ask({ call: 'peak' }, peakSchema)).peakBytes,
    profile: async (iterations, trace) => {
      await ask({ call: 'profile', iterations, trace }, profiledSchema);
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

type Ask = <T>(request: Request, schema: z.ZodType<T>) => Promise<T>;

/** One request at a time, each answered by a line. */
function requestsTo(child: ChildProcess, who: string): Ask {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('the process has no pipes');
  let errorOutput = '';
  stderr.on('data', (chunk: Buffer) => {
    errorOutput = (errorOutput + chunk.toString('utf8')).slice(-ERROR_OUTPUT_LIMIT);
  });
  const failure = (what: string, cause?: unknown) => {
    const said = errorOutput.trim() === '' ? '' : `\n${lastLines(errorOutput, 15)}`;
    return new BenchError('contestant-failed', `${who} ${what}${said}`, cause === undefined ? {} : { cause });
  };
  const ended = new Promise<never>((_, reject) => {
    child.once('error', (error) => {
      reject(failure(`could not be started: ${error.message}`, error));
    });
    // `close` comes after the last of its error output.
    child.once('close', (code, signal) => {
      reject(failure(`ended without answering (${signal ?? `exit status ${String(code)}`})`));
    });
  });
  ended.catch(() => undefined); // heard by whoever asks next
  stdin.on('error', () => undefined); // the process has ended: `ended` tells
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();

  return async (request, schema) => {
    stdin.write(`${JSON.stringify(request)}\n`);
    const line = await Promise.race([nextLine(lines, ended), ended]);
    const reply = parseReply(line);
    if (reply === undefined) throw failure(`answered with something else than a JSON line: ${line}`);
    if ('error' in reply) throw failure(`failed: ${reply.error}`);
    const result = schema.safeParse(reply.result);
    if (!result.success) throw failure(`answered ${line}: ${result.error.message}`);
    return result.data;
  };
}

/** The output may end a moment before the process is known to have: then why it ended is the answer. */
async function nextLine(lines: AsyncIterator<string>, ended: Promise<never>): Promise<string> {
  const line = (await lines.next()) as IteratorResult<string, undefined>;
  return line.done === true ? ended : line.value;
}

function parseReply(line: string): z.infer<typeof replySchema> | undefined {
  try {
    return replySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
