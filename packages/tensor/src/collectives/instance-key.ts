import { createHash } from 'node:crypto';

/**
 * The number by which tasks find each other in one collective operation: positive, 31 bits, from what the operation is, so
 * that it doesn't depend on what else a task has done before. Reused from call to call.
 */
export function instanceKey(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join('|')).digest().readUInt32BE(0) >>> 1;
}
