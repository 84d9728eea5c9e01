import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names this process as packages/tensor/src/provision/process-identity.ts does. */
export function ownIdentity() {
  return { host: hostname(), pid: process.pid, started: startTime(process.pid) };
}

/** Field 22 of /proc/PID/stat tells a process from a later one with the same pid. */
export function startTime(pid) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
