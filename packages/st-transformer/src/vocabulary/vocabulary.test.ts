import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeVocabulary } from './code-vocabulary.ts';
import { levelVocabulary } from './level-vocabulary.ts';
import { allLogProbabilities } from './log-probabilities.ts';
import type { Vocabulary, VocabularyParameters } from './vocabulary.ts';

const DIM = 8;
const ROWS = 9;

beforeAll(async () => {
  await startBackend();
});

/** Parameters far from their start, so that distributions are far from even. */
function randomParameters(vocabulary: Vocabulary, seed: number): VocabularyParameters {
  const random = createRandom(seed);
  const specs = Object.entries(vocabulary.specs(DIM));
  return Object.fromEntries(specs.map(([name, { shape }]) => [name, random.fork(name).normalTensor(shape)]));
}

describe.each([
  ['levels', levelVocabulary([3, 2, 4], 3)],
  ['levels in the Cosmos form', levelVocabulary([8, 8, 8, 5, 5, 5], 2)],
  ['levels of one component', levelVocabulary([2, 5], 1)],
  ['codes', codeVocabulary(23)],
])('%s', (_, vocabulary) => {
  test.each([1, 2, 3])('probabilities of all codes add up to 1, seed %i', (seed) => {
    const hidden = createRandom(seed).normalTensor([ROWS, DIM], 2);
    const all = allLogProbabilities(vocabulary, hidden, randomParameters(vocabulary, seed));
    expect(all.shape).toEqual([ROWS, vocabulary.size]);
    for (const sum of tf.sum(tf.exp(all), -1).dataSync()) expect(sum).toBeCloseTo(1, 4);
  });

  test('cross-entropy is −log p of the true code', () => {
    const random = createRandom(4);
    const p = randomParameters(vocabulary, 4);
    const hidden = random.normalTensor([ROWS, DIM]);
    const targets = Array.from({ length: ROWS }, () => random.integer(0, vocabulary.size - 1));
    const loss = vocabulary.crossEntropy(hidden, tf.tensor(targets, [ROWS], 'int32'), p).each.dataSync();
    const all = allLogProbabilities(vocabulary, hidden, p).arraySync() as number[][];
    targets.forEach((target, i) => {
      const want = -(all[i]?.[target] ?? NaN);
      expect(Math.abs((loss[i] ?? NaN) - want)).toBeLessThanOrEqual(1e-5 * Math.max(1, want));
    });
  });

  test('unlikely codes have a finite log-probability', () => {
    const p = randomParameters(vocabulary, 5);
    const all = allLogProbabilities(vocabulary, createRandom(5).normalTensor([2, DIM], 1e3), p);
    expect(all.dataSync().every(Number.isFinite)).toBe(true);
  });
});

test('the first level varies fastest, and an embedding is the sum of one row per level', () => {
  const vocabulary = levelVocabulary([8, 8, 8, 5, 5, 5], 1);
  const p = randomParameters(vocabulary, 6);
  // 12345 = 1 + 8·(7 + 8·(0 + 8·(4 + 5·(4 + 5·0)))), worked out by hand; stretches begin at 0, 8, 16, 24, 29 and 34.
  const digits = new Map([
    [0, [0, 8, 16, 24, 29, 34]],
    [1, [1, 8, 16, 24, 29, 34]],
    [8, [0, 9, 16, 24, 29, 34]],
    [512, [0, 8, 16, 25, 29, 34]],
    [12_345, [1, 15, 16, 28, 33, 34]],
    [63_999, [7, 15, 23, 28, 33, 38]],
  ]);
  const embedded = vocabulary.embed(tf.tensor([...digits.keys()], [digits.size], 'int32'), p);
  const rows = [...digits.values()].map((indices) => tf.sum(tf.gather(p['rows'] as tf.Tensor, indices), 0));
  expect(tf.max(tf.abs(tf.sub(embedded, tf.stack(rows)))).dataSync()[0]).toBeLessThan(1e-5);
});

test('log-probabilities are in the same order', () => {
  const vocabulary = levelVocabulary([2, 3], 1);
  // One component; its logits are the bias alone: the weight's 0, then log p of both levels.
  const first = [0.25, 0.75];
  const second = [0.5, 0.3, 0.2];
  const p = {
    head: tf.zeros([6, DIM]),
    head_bias: tf.tensor([0, ...[...first, ...second].map(Math.log)]),
  };
  const all = tf.exp(allLogProbabilities(vocabulary, tf.zeros([1, DIM]), p)).dataSync();
  const want = second.flatMap((high) => first.map((low) => low * high));
  want.forEach((probability, code) => {
    expect(all[code]).toBeCloseTo(probability, 6);
  });
});

test('a mixture can say which levels go together', () => {
  const vocabulary = levelVocabulary([2, 2], 2);
  // The components are (0, 0) and (1, 1): of four codes two are likely, which no single product can say.
  const logits = [0, 0, 9, -9, 9, -9, -9, 9, -9, 9];
  const p = { head: tf.zeros([10, DIM]), head_bias: tf.tensor(logits) };
  const all = tf.exp(allLogProbabilities(vocabulary, tf.zeros([1, DIM]), p)).dataSync();
  [0.5, 0, 0, 0.5].forEach((probability, code) => {
    expect(all[code]).toBeCloseTo(probability, 5);
  });
});

test('codes are embedded by rows of the table that predicts them', () => {
  const vocabulary = codeVocabulary(5);
  const p = randomParameters(vocabulary, 7);
  expect(Object.keys(p)).toEqual(['table']);
  const embedded = vocabulary.embed(tf.tensor([3, 0, 3], [3], 'int32'), p);
  expect(embedded.arraySync()).toEqual(tf.gather(p['table'] as tf.Tensor, [3, 0, 3]).arraySync());
});

test('parameters of another kind of vocabulary are refused by name', () => {
  const p = randomParameters(codeVocabulary(4), 8);
  expect(() => levelVocabulary([2, 2], 1).embed(tf.tensor([0], [1], 'int32'), p)).toThrow(
    expect.objectContaining({
      code: 'PARAMETERS',
      message: expect.stringContaining('vocabulary.rows is missing'),
    }),
  );
});
