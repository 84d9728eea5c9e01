import { expect, test } from 'vitest';
import { createFrameCache } from './frame-cache.ts';

test('holds at most its bytes, giving up what was used longest ago', () => {
  const cache = createFrameCache(30);
  for (const frame of [1, 2, 3]) cache.set(frame, new Uint8Array(10).fill(frame));
  expect(cache.get(1)?.[0]).toBe(1);
  cache.set(4, new Uint8Array(10));
  expect([1, 2, 3, 4].map((frame) => cache.get(frame) !== undefined)).toEqual([true, false, true, true]);
  expect(cache.byteLength).toBe(30);
  cache.set(4, new Uint8Array(5)); // replaced, not added
  expect(cache.byteLength).toBe(25);
  cache.set(5, new Uint8Array(31)); // larger than all there is
  expect(cache.get(5)).toBeUndefined();
  cache.clear();
  expect(cache.byteLength).toBe(0);
});
