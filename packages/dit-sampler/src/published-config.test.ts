import { expect, test } from 'vitest';
import { presets } from './config.ts';
import { fromPublishedConfig } from './published-config.ts';

/** As published beside the original checkpoint of TI2V-5B. */
const ORIGINAL = {
  ...{ _class_name: 'WanModel', _diffusers_version: '0.33.0', model_type: 'ti2v', text_len: 512 },
  ...{ dim: 3072, ffn_dim: 14336, freq_dim: 256, num_heads: 24, num_layers: 30, in_dim: 48, out_dim: 48 },
  eps: 1e-6,
};

test('the original configuration of TI2V-5B is the preset', () => {
  expect(fromPublishedConfig(ORIGINAL)).toEqual(presets['wan2.2-ti2v-5b']);
});

test.each([
  ['one that is given pictures by channels', { in_dim: 100 }, /100 channels in and 48 out/],
  ['a width that heads do not divide', { dim: 3073 }, /attention_head_dim/],
  ['one without its width', { dim: undefined }, /not the configuration of a Wan transformer/],
])('%s is refused', (_, change, message) => {
  expect(() => fromPublishedConfig({ ...ORIGINAL, ...change })).toThrow(message);
});
