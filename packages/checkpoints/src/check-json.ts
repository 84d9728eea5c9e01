import { CheckpointError } from './checkpoint-error.ts';

/**
 * Makes sure that a value comes back from JSON as it went: `JSON.stringify` turns NaN into null, dates into text and
 * typed arrays into objects without a word. Object members that are undefined count as absent.
 *
 * @throws CheckpointError `invalid-state` with the path of what can't be kept
 */
export function checkJson(value: unknown, path = 'state', above: readonly object[] = []): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return;
    throw refusal(path, String(value));
  }
  if (typeof value !== 'object') throw refusal(path, typeof value);
  if (above.includes(value)) throw refusal(path, 'an object that contains itself');
  const within = [...above, value];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkJson(value[i], `${path}[${i}]`, within);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refusal(path, `a ${value.constructor.name}`);
  }
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) checkJson(member, `${path}.${key}`, within);
  }
}

function refusal(path: string, found: string): CheckpointError {
  const advice = 'keep numbers in bulk as a group of tensors, anything else as text';
  return new CheckpointError('invalid-state', `${path} is ${found}, which JSON can't hold: ${advice}`);
}
