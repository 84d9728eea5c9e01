import type { CompileOptions } from '@borealis/tensor';
import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StTransformerConfig } from '../config.ts';
import type { ForwardArguments } from '../forward.ts';
import { init } from '../init.ts';
import { asStTransformerParameters } from '../parameters.ts';
import { tiny, tinyCodes } from '../tiny.test.fixture.ts';
import { compileModel } from './compiled-model.ts';
import type { GridMemory } from './see-grids.ts';

const PLACES = 4;
const WINDOWS = 2;

beforeAll(async () => {
  await startBackend();
});

/** Random codes and states of some windows, and a model that hears states: untrained ones don't. */
function randomInputs(config: StTransformerConfig): ForwardArguments {
  const random = createRandom(21);
  const { timeSteps, stateChannels } = config;
  const parameters = asStTransformerParameters(config, init(config, 1));
  const weight = random.normalTensor(parameters.states.fc2.weight.shape, 0.5);
  const states = { ...parameters.states, fc2: { ...parameters.states.fc2, weight } };
  const codes = Array.from({ length: WINDOWS * timeSteps * PLACES }, () => random.integer(0, 3));
  return {
    parameters: { ...parameters, states },
    codes: tf.tensor(codes, [WINDOWS, timeSteps, PLACES], 'int32'),
    states: random.normalTensor([WINDOWS, timeSteps + 1, 8, stateChannels]),
  };
}

/** What is known after each grid from `given` on, `[w·s c]`: of all grids in one pass, and of one after the other. */
function bothWays(config: StTransformerConfig, given: number, options: CompileOptions = {}) {
  const { parameters, codes, states } = randomInputs(config);
  const model = compileModel(config, parameters, options);
  const gridsFrom = (x: tf.Tensor, first: number, count: number) =>
    tf.slice(x, [0, first, ...x.shape.slice(2).map(() => 0)], [-1, count, ...x.shape.slice(2).map(() => -1)]);
  const all = model.hidden({ codes, states });
  const past: GridMemory[] = [];
  const pairs: [whole: tf.Tensor, cached: tf.Tensor][] = [];
  for (let seen = 0; seen < config.timeSteps;) {
    const count = seen === 0 ? given : 1;
    const inputs = { codes: gridsFrom(codes, seen, count), states: gridsFrom(states, seen, count + 1), past };
    const { hidden, memory } = model.see({ ...inputs, past: [...past] });
    past.push(memory);
    seen += count;
    pairs.push([tf.reshape(gridsFrom(all, seen - 1, 1), hidden.shape), hidden]);
  }
  model.dispose();
  return pairs;
}

const largestDifference = ([a, b]: [tf.Tensor, tf.Tensor]) =>
  tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] ?? NaN;

describe.each<[string, StTransformerConfig]>([
  ['levels', { ...tiny, layers: 2 }],
  ['codes', tinyCodes],
  ['qk norms', { ...tiny, normalisation: 'qk' }],
  ['states as motion', { ...tiny, stateForm: 'motion' }],
  ['full attention', { ...tiny, attention: 'full', layers: 2 }],
  ['full attention, qk norms', { ...tiny, attention: 'full', normalisation: 'qk' }],
])('with keys and values of earlier grids kept: %s', (_, config) => {
  test.each([1, 3])('the same as in one pass, from %i grids on', (given) => {
    const pairs = bothWays(config, given);
    expect(pairs.length).toBe(6 - given);
    for (const pair of pairs) expect(largestDifference(pair)).toBeLessThan(1e-5);
  });

  test('in bf16, but for roundings that fall the other way', () => {
    const scale = tf.max(tf.abs(bothWays(config, 3)[0]?.[0] as tf.Tensor)).dataSync()[0] ?? NaN;
    for (const pair of bothWays(config, 3, { precision: 'bf16' })) {
      expect(largestDifference(pair) / scale).toBeLessThan(5e-3);
    }
  });
});

test('a grid that is taken for another is noticed', () => {
  const config = { ...tiny, layers: 2 };
  const { parameters, codes, states } = randomInputs(config);
  const model = compileModel(config, parameters);
  const see = (first: number, past: readonly GridMemory[]) =>
    model.see({
      codes: tf.slice(codes, [0, first, 0], [-1, 1, -1]),
      states: tf.slice(states, [0, first, 0, 0], [-1, 2, -1, -1]),
      past,
    });
  const first = see(0, []);
  const second = see(1, [first.memory]);
  const right = see(2, [first.memory, second.memory]).hidden;
  const wrong = see(2, [second.memory, second.memory]).hidden;
  expect(largestDifference([right, wrong])).toBeGreaterThan(1e-5);
  model.dispose();
});
