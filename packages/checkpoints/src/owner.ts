import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Two processes with one number are told apart by this: numbers are used again, in containers from 1 on. */
const LIFE = randomBytes(4).toString('hex');

/** Says in a name which process a work folder belongs to: `<host>-<process>-<life>`. */
export function ownerToken(): string {
  return `${hostToken()}-${process.pid}-${LIFE}`;
}

/** True or false where this machine can tell whether the owner still runs, undefined where it can't. */
export function ownerRuns(token: string): boolean | undefined {
  const [, host, pidText, life] = /^([0-9a-f]{8})-(\d+)-([0-9a-f]{8})$/.exec(token) ?? [];
  if (host !== hostToken()) return undefined;
  const pid = Number(pidText);
  if (pid === process.pid) return life === LIFE;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of another user.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  // Some process has that number, the owner or a later one.
  return undefined;
}

/** Host and process-number space: containers may share a host's name and yet not see each other's processes. */
function hostToken(): string {
  let processes = '';
  try {
    processes = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux: there the host's name alone tells.
  }
  return createHash('sha256').update(`${hostname()}\0${processes}`).digest('hex').slice(0, 8);
}
