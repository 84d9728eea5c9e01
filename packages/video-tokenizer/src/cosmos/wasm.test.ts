import { memoryUse, startBackend } from '@borealis/tensor';
import { expect, test } from 'vitest';
import { cosmosPresets } from './cosmos-config.ts';
import { createCosmosTokenizer } from './cosmos-tokenizer.ts';
import { initCosmos } from './cosmos-weights.ts';

test('encodes and decodes on the WASM backend', async () => {
  expect((await startBackend({ backend: 'wasm' })).backend).toBe('wasm');
  const config = { ...cosmosPresets.small, channels: 2 };
  const tokenizer = createCosmosTokenizer(config, initCosmos(config, 1));
  const before = memoryUse().tensors;
  const data = Uint8Array.from({ length: 17 * 8 * 16 * 3 }, (_, i) => i % 251);
  const grids = await tokenizer.encode({ data, count: 17, height: 8, width: 16 });
  expect(grids).toMatchObject({ count: 3, height: 1, width: 2 });
  expect(await tokenizer.decode(grids)).toMatchObject({ count: 17, height: 8, width: 16 });
  expect(memoryUse().tensors).toBe(before);
});
