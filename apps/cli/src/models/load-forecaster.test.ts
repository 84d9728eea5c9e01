import { fileURLToPath } from 'node:url';
import { openDataset } from '@borealis/dataset';
import { memoryUse, startBackend } from '@borealis/tensor';
import { expect, test } from 'vitest';
import { loadForecaster } from './load-forecaster.ts';
import { shippedModels } from './shipped-models.ts';

const SAMPLE = fileURLToPath(new URL('../../../../tests/sample-data/eve-sim/val', import.meta.url));

test('what is stored in bfloat16 stays so where it is computed in bf16: half the memory, the same bits', async () => {
  await startBackend();
  const dataset = await openDataset(SAMPLE);
  const { frames: _, ...window } = await dataset.windows({ frames: 77, stride: 77, content: 'frames' }).at(0);
  const latents = {
    data: new Float32Array(5 * 8 * 8 * 16).fill(0.1),
    count: 5,
    height: 8,
    width: 8,
    channels: 16,
  };
  const drawn = async (hold: 'f32' | 'bf16') => {
    const before = memoryUse().tensorBytes;
    const loaded = await loadForecaster(shippedModels.ditSampler, hold);
    if (loaded.kind !== 'latents') throw new Error('a sampler draws latents');
    const bytes = memoryUse().tensorBytes - before;
    try {
      const drawing = {
        samples: 1,
        seed: 3,
        steps: 2,
        solver: 'euler',
        guidanceScale: 1,
        precision: 'bf16',
      } as const;
      for await (const { data } of loaded.sampler.sample({ ...window, latents }, drawing))
        return { bytes, data };
    } finally {
      loaded.dispose();
    }
    throw new Error('nothing was drawn');
  };
  try {
    const [wide, half] = [await drawn('f32'), await drawn('bf16')];
    expect(half.bytes).toBeLessThan(0.51 * wide.bytes); // one kernel is stored in another layout, and widened to be turned
    expect(half.data).toEqual(wide.data);
    expect(new Set(half.data).size).toBeGreaterThan(1000);
  } finally {
    await dataset.close();
  }
});
