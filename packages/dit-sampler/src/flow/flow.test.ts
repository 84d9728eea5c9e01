import { createRandom, startTrainingBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { toBatch } from '../batch.ts';
import type { DitSamplerConfig } from '../config.ts';
import { init } from '../init.ts';
import { randomWindow, stirred, tiny, tinyStatistics } from '../tiny.test.fixture.ts';
import { addNoise } from './add-noise.ts';
import { drawSigma } from './draw-sigma.ts';
import { loss } from './loss.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const draws = (config: Pick<DitSamplerConfig, 'shift' | 'trainingNoise'>) => {
  const random = createRandom(1);
  return Array.from({ length: 4000 }, () => drawSigma(config, random));
};

test('noise levels: uniform ones, and shifted ones by their distribution function', () => {
  const uniform = draws({ shift: 1, trainingNoise: { distribution: 'uniform' } });
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(0.02);
  const shifted = draws({ shift: 5, trainingNoise: { distribution: 'uniform' } });
  // P(σ < x) = x / (s − (s − 1) x): the half of them lies below 5/6
  expect(Math.abs(mean(shifted.map((sigma) => (sigma < 5 / 6 ? 1 : 0))) - 0.5)).toBeLessThan(0.03);
  const logit = draws({ shift: 1, trainingNoise: { distribution: 'logit-normal', mean: 1, deviation: 0.5 } });
  expect(Math.abs(mean(logit.map((sigma) => Math.log(sigma / (1 - sigma)))) - 1)).toBeLessThan(0.03);
});

test('noise is added on a straight line', () => {
  const noisy = addNoise(tf.ones([2, 2]), tf.fill([2, 2], 3), tf.tensor1d([0, 0.25]));
  expect([...noisy.dataSync()]).toEqual([1, 1, 1.5, 1.5]);
});

test('a model that predicts nothing: the loss is that of ε − x on generated frames alone', () => {
  const parameters = init(tiny, 1); // its last layer is zero
  const batch = toBatch(
    tiny,
    tinyStatistics,
    [randomWindow(tiny, 1), randomWindow(tiny, 2)],
    createRandom(3),
  );
  const generated = tf.slice(batch.latents, [0, 1, 0, 0, 0], [-1, -1, -1, -1, -1]);
  const wanted = tf.mean(tf.square(tf.sub(batch.noise, generated))).dataSync()[0] ?? NaN;
  expect(loss(tiny, parameters, batch).loss.dataSync()[0]).toBeCloseTo(wanted, 5);
  // the given frame is input, never target
  const bump = tf.concat([tf.fill([2, 1, 4, 6, 3], 5), tf.zerosLike(generated)], 1);
  const other = { ...batch, latents: tf.add(batch.latents, bump) };
  expect(loss(tiny, parameters, other).loss.dataSync()[0]).toBeCloseTo(wanted, 5);
  const trained = stirred(parameters);
  expect(loss(tiny, trained, other).loss.dataSync()[0]).not.toBe(
    loss(tiny, trained, batch).loss.dataSync()[0],
  );
});

test('without a generator a batch depends on its windows alone; with one, noise is drawn anew', () => {
  const windows = [randomWindow(tiny, 1), randomWindow(tiny, 2)];
  const numbers = (...args: Parameters<typeof toBatch>) => {
    const { noise, sigmas } = toBatch(...args);
    return [...noise.dataSync(), ...sigmas.dataSync()];
  };
  expect(numbers(tiny, tinyStatistics, windows)).toEqual(numbers(tiny, tinyStatistics, windows));
  const [first, second] = windows.map((window) => numbers(tiny, tinyStatistics, [window]));
  expect(first).not.toEqual(second);
  const random = createRandom(5);
  expect(numbers(tiny, tinyStatistics, windows, random)).not.toEqual(
    numbers(tiny, tinyStatistics, windows, random),
  );
});

test('states are shown normalised, and to some windows not at all', () => {
  const config: DitSamplerConfig = {
    ...tiny,
    states: { channels: 2, form: 'pose', frequencies: 2, dim: 8, dropout: 0.5 },
  };
  const windows = Array.from({ length: 40 }, (_, i) => randomWindow(config, i));
  const { states, keepStates } = toBatch(config, tinyStatistics, windows, createRandom(1));
  const [first, second] = windows[0]?.states ?? [];
  expect(states?.shape).toEqual([40, 9, 2]);
  expect(states?.dataSync()[0]).toBeCloseTo(((first ?? NaN) - 0.5) / 0.5, 5);
  expect(states?.dataSync()[1]).toBeCloseTo(((second ?? NaN) + 1) / 2, 5);
  const kept = keepStates === undefined ? NaN : tf.sum(keepStates).dataSync()[0];
  expect(kept).toBeGreaterThan(8);
  expect(kept).toBeLessThan(32);
});

test.each([
  ['no latents', () => ({ ...randomWindow(tiny, 1), latents: undefined }), 'WINDOW', /encode its frames/],
  [
    'latents of another size',
    () => randomWindow({ ...tiny, latentWidth: 4 }, 1),
    'WINDOW',
    /4×4×3; the model needs 3/,
  ],
  [
    'states that end early',
    () => ({ ...randomWindow(tiny, 1), states: new Float32Array(4) }),
    'WINDOW',
    /end at frame 2/,
  ],
])('a window with %s is refused', (_, make, code, message) => {
  const { latents, ...rest } = make();
  const window = latents === undefined ? rest : { ...rest, latents };
  const attempt = () => toBatch(tiny, tinyStatistics, [window]);
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(expect.objectContaining({ code }));
});

test('a text embedding that is stored with the model takes the place of zeros', () => {
  const window = randomWindow(tiny, 1);
  expect([...toBatch(tiny, tinyStatistics, [window]).text.dataSync()]).toEqual(new Array(12).fill(0));
  const text_embedding = Float32Array.from({ length: 18 }, (_, i) => i);
  const { text } = toBatch(tiny, { ...tinyStatistics, text_embedding }, [window]);
  expect(text.shape).toEqual([1, 3, 6]);
  const wrong = { ...tinyStatistics, text_embedding: new Float32Array(7) };
  expect(() => toBatch(tiny, wrong, [window])).toThrow(/another encoder/);
});
