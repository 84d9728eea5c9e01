import { startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { toBatch } from './batch.ts';
import { createPredictor } from './inference/predictor.ts';
import { init } from './init.ts';
import { loss } from './loss.ts';
import { randomWindow, tiny, tinyCodes, tinyStatistics } from './tiny.test.fixture.ts';
import { levelVocabulary } from './vocabulary/level-vocabulary.ts';

/** Without TensorFlow small models are scored and rolled out all the same. */
beforeAll(async () => {
  const { backend } = await startBackend({ backend: 'wasm' });
  expect(backend).toBe('wasm');
});

test('a code is embedded as the sum of one row per level', () => {
  const rows = tf.eye(5); // two levels of 2 and 3: stretches begin at 0 and 2
  const embedded = levelVocabulary([2, 3], 1).embed(tf.tensor([0, 1, 2, 5], [4], 'int32'), { rows });
  expect(embedded.arraySync()).toEqual([
    [1, 0, 1, 0, 0],
    [0, 1, 1, 0, 0],
    [1, 0, 0, 1, 0],
    [0, 1, 0, 0, 1],
  ]);
});

describe.each([
  ['levels', tiny],
  ['codes', tinyCodes],
  ['qk norms', { ...tiny, normalisation: 'qk' }],
] as const)('%s', (_, config) => {
  test('scores are what the loss says, and a roll-out begins with the autoregressive codes', async () => {
    const window = randomWindow(config, 1);
    const parameters = init(config, 1);
    const predictor = createPredictor(config, parameters, tinyStatistics);
    const [forced = []] = await predictor.predict([window], { mode: 'teacher-forced', k: 2 });
    const scores = forced.flatMap(({ targetLogProbabilities }) => [...(targetLogProbabilities ?? [])]);
    const { logs } = loss(config, parameters, toBatch(config, tinyStatistics, [window]));
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    expect(scores.length).toBe(12);
    expect(-mean).toBeCloseTo(logs['future']?.dataSync()[0] ?? NaN, 4);

    const [own = []] = await predictor.predict([window], { mode: 'autoregressive', k: 2 });
    const rolled = await predictor.rollOut(window, 4);
    expect([...rolled.data.slice(0, 12)]).toEqual(own.flatMap(({ codes }) => [...codes]));
    predictor.dispose();
  });
});
