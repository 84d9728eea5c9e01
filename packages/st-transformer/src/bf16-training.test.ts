import type { Window } from '@borealis/dataset';
import { createRandom, startTrainingBackend } from '@borealis/tensor';
import { createTrainStep, disposeNamed, initialState, nameParameters } from '@borealis/training';
import { beforeAll, expect, test } from 'vitest';
import type { StBatch } from './batch.ts';
import { toBatch } from './batch.ts';
import type { StTransformerConfig } from './config.ts';
import { init } from './init.ts';
import { loss } from './loss.ts';
import { tinyCodes, tinyStatistics } from './tiny.test.fixture.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

const STEPS = 200;
const CODES = 64;
const config: StTransformerConfig = {
  ...tinyCodes,
  dim: 64,
  layers: 2,
  heads: 4,
  gridHeight: 4,
  gridWidth: 4,
  vocabulary: { kind: 'codes', size: CODES },
};

/** Codes that stay, three times of four: there is something to learn, and something that can't be. */
function window(seed: number): Window {
  const random = createRandom(seed);
  const places = config.gridHeight * config.gridWidth;
  const data = new Int32Array(6 * places);
  for (let i = 0; i < data.length; i++) {
    const stays = i >= places && random.uniform() < 0.75;
    data[i] = stays ? (data[i - places] ?? 0) : random.integer(0, CODES - 1);
  }
  const states = Float32Array.from({ length: 34 * config.stateChannels }, () => random.normal());
  const tokens = { data, count: 6, height: config.gridHeight, width: config.gridWidth };
  return { shard: 0, segment: seed, start: 0, frameCount: 34, states, tokens };
}

/** The mean loss of every 25 steps. */
function train(precision: 'f32' | 'bf16'): number[] {
  const step = createTrainStep<StBatch>({
    loss: (parameters, batch) => loss(config, parameters, batch),
    adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.05 },
    maxGradientNorm: 1,
    precision,
  });
  let state = initialState(nameParameters(init(config, 1)), {});
  const means: number[] = [];
  for (let i = 0, sum = 0; i < STEPS; i++) {
    const batch = toBatch(config, tinyStatistics, [window(4 * i), window(4 * i + 1), window(4 * i + 2)]);
    const result = step(state, batch, 3e-3);
    ({ state } = result);
    disposeNamed({ ...batch });
    sum += result.logs.loss;
    if (i % 25 === 24) [sum] = [0, means.push(sum / 25)];
  }
  step.dispose();
  return means;
}

test(`losses of ${STEPS} steps in bf16 stay within 1 % of those in f32`, () => {
  const wide = train('f32');
  const half = train('bf16');
  expect(wide.at(-1)).toBeLessThan((wide[0] ?? NaN) / 1.5); // it learns
  const apart = half.map((value, i) => Math.abs(value / (wide[i] ?? NaN) - 1));
  expect(apart.filter((difference) => !(difference < 0.01))).toEqual([]);
});
