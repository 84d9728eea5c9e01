import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from './step.ts';
import type { Step } from './step.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs a step's command in a folder; what it prints to standard output is returned, the rest is shown. */
export function runCommand(
  work: string,
  python: string,
): (step: Step, args: readonly string[]) => Promise<string> {
  return (step, args) => {
    const [command, all] = programOf(step, args, python);
    // The launcher takes paths to be meant from where npm was called.
    const env = { ...process.env, INIT_CWD: work };
    return new Promise((resolve, reject) => {
      const child = spawn(command, all, { cwd: work, env, stdio: ['ignore', 'pipe', 'inherit'] });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (step.document === undefined) process.stdout.write(chunk);
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`${commandLine(step)}\nended with ${signal ?? `status ${code}`}`));
      });
    });
  };
}

function programOf(step: Step, args: readonly string[], python: string): [string, string[]] {
  if (step.program === 'borealis')
    return [process.execPath, [join(ROOT, 'tools/launch/launch.mjs'), 'borealis', ...args]];
  const [script = '', ...rest] = args;
  return [python, ['-B', join(ROOT, script), ...rest]];
}
