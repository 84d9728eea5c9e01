import { expect, test } from 'vitest';
import { indexFrames } from './frame-index.ts';

test('packets in decoding order are numbered by when they are shown', () => {
  // I P B B B, then an open group: its key is stored before two frames that are shown before it
  const times = Float64Array.from([0, 4, 2, 1, 3, 7, 5, 6, 8], (time) => time * 40_000);
  const index = indexFrames({ width: 2, height: 2, times, keys: Int32Array.of(0, 5) });
  expect([...index.frameOfPacket]).toEqual([0, 4, 2, 1, 3, 7, 5, 6, 8]);
  expect(index.fps).toBeCloseTo(25, 9);
  expect([0, 3, 5, 6, 7, 8].map((frame) => index.keyPacketFor(frame))).toEqual([0, 0, 0, 0, 5, 5]);
});

test('one frame has no rate', () => {
  const index = indexFrames({ width: 2, height: 2, times: Float64Array.of(80), keys: Int32Array.of(0) });
  expect(index).toMatchObject({ frameCount: 1, fps: 0 });
});
