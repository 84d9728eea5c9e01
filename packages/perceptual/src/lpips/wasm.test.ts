import { memoryUse, startBackend } from '@borealis/tensor';
import { expect, test } from 'vitest';
import { createLpips } from './create-lpips.ts';
import { initLpips } from './lpips-weights.ts';

test('compares on the WASM backend', async () => {
  expect((await startBackend({ backend: 'wasm' })).backend).toBe('wasm');
  const compare = createLpips(initLpips('squeeze', 1));
  const before = memoryUse().tensors;
  const pictures = (step: number) => ({
    data: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * step) % 251),
    ...{ count: 1, height: 32, width: 32 },
  });
  const [distance] = await compare.distances(pictures(3), pictures(5));
  expect(distance).toBeGreaterThan(0);
  expect(memoryUse().tensors).toBe(before);
});
