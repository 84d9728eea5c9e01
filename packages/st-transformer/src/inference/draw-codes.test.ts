import { compile, createRandom, drawSeed, startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { tiny, tinyCodes } from '../tiny.test.fixture.ts';
import { allLogProbabilities } from '../vocabulary/log-probabilities.ts';
import type { VocabularyParameters } from '../vocabulary/vocabulary.ts';
import { vocabularyOf } from '../vocabulary/vocabulary.ts';
import type { DrawArguments, DrawInputs } from './draw-codes.ts';
import { drawCodes } from './draw-codes.ts';

const DRAWS = 20_000;
const random = createRandom(31);

beforeAll(async () => {
  await startBackend();
});

/** Codes drawn at the same place many times, and their probabilities by the definition. */
function draws(config: typeof tiny, { temperature = 1, topP, k }: Choice) {
  const vocabulary = vocabularyOf(config);
  const specs = Object.entries(vocabulary.specs(config.dim));
  const p: VocabularyParameters = Object.fromEntries(
    specs.map(([name, { shape }]) => [name, createRandom(3).fork(name).normalTensor(shape, 0.3)]),
  );
  const place = createRandom(4).normalTensor([1, config.dim]);
  type Inputs = {
    readonly hidden: tf.Tensor;
    readonly vocabulary: VocabularyParameters;
    readonly draw: DrawInputs;
  };
  const run = compile((inputs: Inputs) =>
    drawCodes(config, { ...inputs, ...(k === undefined ? {} : { k }) } satisfies DrawArguments),
  );
  const draw = {
    temperature: tf.scalar(temperature),
    ...(topP === undefined ? {} : { topP: tf.scalar(topP) }),
    seed: drawSeed(random),
  };
  const hidden = tf.tile(place, [DRAWS, 1]);
  const codes = run({ hidden, vocabulary: p, draw }).dataSync() as Int32Array;
  const again = run({ hidden, vocabulary: p, draw }).dataSync() as Int32Array;
  const other = run({ hidden, vocabulary: p, draw: { ...draw, seed: drawSeed(random) } }).dataSync();
  run.dispose();
  const all = [...allLogProbabilities(vocabulary, place, p).dataSync()];
  return { codes, again, other, probabilities: truncated(all, { temperature, topP, k }) };
}

type Choice = {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly k?: number | undefined;
};

function truncated(
  logProbabilities: readonly number[],
  { temperature = 1, topP = 2, k = Infinity }: Choice,
): number[] {
  const normalised = (weights: readonly number[]) => {
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  };
  const order = [...logProbabilities.keys()].sort(
    (a, b) => (logProbabilities[b] ?? 0) - (logProbabilities[a] ?? 0),
  );
  const rank = order.reduce((ranks, code, i) => ranks.set(code, i), new Map<number, number>());
  const warmed = normalised(
    logProbabilities.map((log, code) => ((rank.get(code) ?? 0) < k ? Math.exp(log / temperature) : 0)),
  );
  let before = 0;
  const allowed = new Set<number>();
  for (const code of order) {
    if (before < topP) allowed.add(code);
    before += warmed[code] ?? 0;
  }
  return normalised(warmed.map((probability, code) => (allowed.has(code) ? probability : 0)));
}

describe.each([
  ['codes', tinyCodes],
  ['levels', { ...tiny, vocabulary: { kind: 'levels' as const, levels: [2, 3], components: 2 } }],
])('drawn codes, %s', (_, config) => {
  test.each<Choice>([
    {},
    { temperature: 0.6 },
    { temperature: 2 },
    { k: 3 },
    { k: 100, temperature: 1.5 },
    { topP: 0.6 },
    { topP: 0.8, k: 4, temperature: 1.3 },
    { topP: 1e-6 },
  ])('%j: as often as they are likely, the same for the same seed', (choice) => {
    const { codes, again, other, probabilities } = draws(config, choice);
    expect(again).toEqual(codes);
    const possible = probabilities.filter((probability) => probability > 0).length;
    if (possible > 1) expect(other).not.toEqual(codes);
    const counts = probabilities.map(() => 0);
    for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
    let chiSquared = 0;
    probabilities.forEach((probability, code) => {
      const expected = probability * DRAWS;
      if (expected === 0) expect(counts[code]).toBe(0);
      else chiSquared += ((counts[code] ?? 0) - expected) ** 2 / expected;
    });
    expect(chiSquared).toBeLessThan(25); // 6 degrees of freedom at most: less than 1 of 3000 is more; the seeds are fixed
  });
});
