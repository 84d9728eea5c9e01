import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Bytes of memory that is this process's own: not the pages of files, of which the system gives and takes as it likes.
 * Null where the system doesn't tell (it is Linux's).
 */
export function ownBytes(): number | null {
  return bytesOf('RssAnon');
}

/** @returns tells the most that was the process's own since; undefined where the system can't */
export function watchPeak(): (() => number | null) | undefined {
  try {
    writeFileSync('/proc/self/clear_refs', '5'); // proc(5): the peak becomes what is resident now
  } catch {
    return undefined;
  }
  const ofFiles = bytesOf('RssFile');
  return () => {
    const peak = bytesOf('VmHWM');
    return peak === null || ofFiles === null ? null : peak - ofFiles;
  };
}

function bytesOf(field: 'RssAnon' | 'RssFile' | 'VmHWM'): number | null {
  let status: string;
  try {
    status = readFileSync('/proc/self/status', 'utf8');
  } catch {
    return null;
  }
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
