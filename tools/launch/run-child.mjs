import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const PARENT_POLL_MS = 1000;

/**
 * Runs a program on this terminal and gives its exit status, 128 + n for signal n. Signals to this process go on
 * to the program, and the program ends when whatever started this process does: npm's shell dies of a SIGTERM
 * without telling anyone.
 */
export function runChild(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const parent = process.ppid;
    const watch = process.env.npm_lifecycle_event
      ? setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), PARENT_POLL_MS)
      : undefined;
    const handlers = new Map([
      // A terminal sends Ctrl-C to the program, too; a second one would mean "at once".
      ['SIGINT', () => process.stdin.isTTY || child.kill('SIGINT')],
      ['SIGTERM', () => child.kill('SIGTERM')],
      ['SIGHUP', () => child.kill('SIGHUP')],
    ]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const cleanUp = () => {
      clearInterval(watch);
      for (const [signal, handler] of handlers) process.removeListener(signal, handler);
    };
    child.once('error', (error) => {
      cleanUp();
      fail(error);
    });
    child.once('close', (status, signal) => {
      cleanUp();
      done(status ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** @throws ExitStatus where the program ends with anything but 0; what it printed says why */
export async function runOrThrow(command, args, options) {
  const status = await runChild(command, args, options);
  if (status !== 0) throw new ExitStatus(command, status);
}

export class ExitStatus extends Error {
  constructor(command, status) {
    super(`${command} ended with ${status}`);
    this.status = status;
  }
}
