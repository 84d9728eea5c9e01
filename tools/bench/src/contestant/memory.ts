import { readFileSync, writeFileSync } from 'node:fs';

/** Bytes that /proc/self/status tells of this process; null where the system has no such file. */
export function memoryOf(field: 'VmHWM' | 'VmRSS'): number | null {
  let status: string;
  try {
    status = readFileSync('/proc/self/status', 'utf8');
  } catch {
    return null;
  }
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** Makes the peak what is resident now (proc(5), clear_refs); false where the system can't. */
export function resetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}
