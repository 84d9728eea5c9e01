import { memoryUse, startBackend } from '@borealis/tensor';
import { expect, it } from 'vitest';
import { fitBlockFsq } from '../fit/fit-block-fsq.ts';
import { errorOf, movingPicture } from '../moving-picture.test.fixture.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';

it('fits, encodes and decodes on the WASM backend', async () => {
  expect((await startBackend({ backend: 'wasm' })).backend).toBe('wasm');
  const clips = Array.from({ length: 4 }, (_, seed) => movingPicture(seed));
  const { weights, report } = await fitBlockFsq({ clips: () => clips });
  const first = clips[0] ?? movingPicture(0);
  const decoded = await decode(weights, await encode(weights, first));
  const pooled = 10 * Math.log10(255 ** 2 / errorOf(decoded.data, first.data));
  expect(pooled).toBeGreaterThan(18);
  expect(report.clips).toBe(4);
  expect(memoryUse().tensors).toBe(0);
});
