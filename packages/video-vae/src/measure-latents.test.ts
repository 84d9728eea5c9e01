import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { presets } from './config.ts';
import { normaliseLatents } from './latents.ts';
import { measureLatents } from './measure-latents.ts';

const config = { ...presets.small, zDim: 2, latentsMean: [1, -1], latentsStd: [2, 0.5] };

beforeAll(async () => {
  await startBackend();
});

test('normalised with what was measured, latents have mean 0 and deviation 1', () => {
  const meter = measureLatents(config);
  const random = createRandom(1);
  const raw = [1, 3].map((t) =>
    tf.add(tf.mul(random.normalTensor([2, t, 4, 4, 2]), tf.tensor1d([3, 0.1])), tf.tensor1d([-5, 7])),
  );
  for (const each of raw) meter.add(normaliseLatents(config, each));
  const measured = meter.measured();
  expect(measured.latentsMean[1]).toBeCloseTo(7, 1);
  const all = tf.reshape(
    tf.concat(
      raw.map((each) => normaliseLatents(measured, each)),
      1,
    ),
    [-1, 2],
  );
  const { mean, variance } = tf.moments(all, 0);
  for (const value of mean.dataSync()) expect(value).toBeCloseTo(0, 4);
  for (const value of variance.dataSync()) expect(value).toBeCloseTo(1, 3);
});

test('nothing measured is an error', () => {
  expect(() => measureLatents(config).measured()).toThrow(/no latents have been measured/);
});
