import { compile, createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StTransformerConfig } from './config.ts';
import type { ForwardArguments } from './forward.ts';
import { hiddenOf } from './forward.ts';
import { init } from './init.ts';
import type { StTransformerParameters } from './parameters.ts';
import { asStTransformerParameters } from './parameters.ts';
import { tiny, tinyCodes } from './tiny.test.fixture.ts';

const qk: StTransformerConfig = { ...tiny, normalisation: 'qk', layers: 2 };

beforeAll(async () => {
  await startBackend();
});

/** The largest change at each time step. */
function changes(config: StTransformerConfig, a: ForwardArguments, b: ForwardArguments): number[] {
  const run = compile((inputs: { readonly [key in keyof ForwardArguments]: ForwardArguments[key] }) =>
    hiddenOf(config, inputs),
  );
  const difference = tf.abs(tf.sub(run({ ...a }), run({ ...b })));
  run.dispose();
  return [...tf.max(difference, [0, 2, 3]).dataSync()];
}

/** Untrained models don't hear states: what leads them into the stream starts at 0. */
function hearingStates(parameters: StTransformerParameters): StTransformerParameters {
  const { states } = parameters;
  const weight = createRandom(12).normalTensor(states.fc2.weight.shape, 0.5);
  return { ...parameters, states: { ...states, fc2: { ...states.fc2, weight } } };
}

function randomInputs(config: StTransformerConfig): ForwardArguments {
  const random = createRandom(11);
  const { timeSteps, stateChannels } = config;
  const codes = Array.from({ length: 2 * timeSteps * 4 }, () => random.integer(0, 3));
  return {
    parameters: hearingStates(asStTransformerParameters(config, init(config, 1))),
    codes: tf.tensor(codes, [2, timeSteps, 4], 'int32'),
    states: random.normalTensor([2, timeSteps + 1, 8, stateChannels]),
  };
}

/** 1 at one index of axis 1, else 0. */
function only(index: number, [, length = 0, ...rest]: readonly number[]): tf.Tensor {
  const at = tf.oneHot(tf.tensor1d([index], 'int32'), length);
  return tf.reshape(at, [1, length, ...rest.map(() => 1)]);
}

describe.each([
  ['level vocabulary', tiny],
  ['code vocabulary', tinyCodes],
  ['qk norms, two layers', qk],
  ['states as motion', { ...tiny, stateForm: 'motion' as const }],
  ['full attention', { ...tiny, attention: 'full' as const }],
])('%s', (_, config) => {
  test.each([0, 2, 4])("what is known before doesn't depend on the codes of grid %i", (grid) => {
    const inputs = randomInputs(config);
    const shift = tf.mul(only(grid, inputs.codes.shape), 3);
    const codes = tf.cast(tf.abs(tf.sub(inputs.codes, shift)), 'int32'); // in this grid 3 − code
    const change = changes(config, inputs, { ...inputs, codes });
    change.forEach((size, step) => {
      if (step < grid) expect(size).toBe(0);
      else expect(size).toBeGreaterThan(1e-5);
    });
  });

  test.each([0, 2, 5])('the states of grid %i reach no position before the one that predicts it', (grid) => {
    const inputs = randomInputs(config);
    const states = tf.add(inputs.states, only(grid, inputs.states.shape));
    const change = changes(config, inputs, { ...inputs, states });
    change.forEach((size, step) => {
      if (step + 1 < grid) expect(size).toBe(0);
      else expect(size).toBeGreaterThan(1e-6);
    });
  });

  test('fewer grids give the same as the first of many', () => {
    const inputs = randomInputs(config);
    const whole = hiddenOf(config, inputs);
    const part = hiddenOf(config, {
      ...inputs,
      codes: tf.slice(inputs.codes, [0, 0, 0], [-1, 3, -1]),
      states: tf.slice(inputs.states, [0, 0, 0, 0], [-1, 4, -1, -1]),
    });
    const same = tf.slice(whole, [0, 0, 0, 0], [-1, 3, -1, -1]);
    expect(tf.max(tf.abs(tf.sub(part, same))).dataSync()[0]).toBeLessThan(1e-5);
  });
});

test('with states off, states change nothing', () => {
  const off: StTransformerConfig = { ...tiny, states: 'off' };
  const inputs = randomInputs(off);
  expect(changes(off, inputs, { ...inputs, states: tf.zerosLike(inputs.states) })).toEqual([0, 0, 0, 0, 0]);
});

test('with states off, the constant changes everything', () => {
  const off: StTransformerConfig = { ...tiny, states: 'off' };
  const inputs = randomInputs(off);
  const { parameters } = inputs;
  const states = { ...parameters.states, constant: tf.ones(parameters.states.constant.shape) };
  const change = changes(off, inputs, { ...inputs, parameters: { ...parameters, states } });
  for (const size of change) expect(size).toBeGreaterThan(1e-5);
});
