import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * The numbers 0 to `length − 1` in random order (Fisher–Yates): the same order for the same `key` on every machine.
 * `key` is what the order shall depend on, such as a seed and an epoch.
 */
export function permutation(length: number, key: readonly (number | string)[]): Uint32Array {
  const digest = createHash('sha256').update(key.join(' ')).digest();
  const random = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
