import { startTrainingBackend, tf } from '@borealis/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSolver } from './solver.ts';
import { uniPcWeights } from './unipc-weights.ts';

// Levels, paths and noising are held to diffusers' by `borealis verify goldens` (schedulers).

beforeAll(async () => {
  await startTrainingBackend();
});
let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});

describe.each(['euler', 'unipc'] as const)('%s', (name) => {
  test.each([1, 2, 3, 20])('%i steps of a constant flow from noise to data end at the data', (steps) => {
    const solver = createSolver(name, { steps, shift: 5 });
    const path = solver.begin();
    const data = tf.tensor1d([1, -2, 0.5]);
    const noise = tf.tensor1d([0.3, 4, -1]);
    const velocity = tf.sub(noise, data);
    // where the first level is a little below 1, the straight line is there
    const [first = NaN] = solver.schedule.sigmas;
    let x: tf.Tensor = tf.add(tf.mul(noise, first), tf.mul(data, 1 - first));
    for (let i = 0; i < steps; i++) {
      const next = path.step(x, velocity);
      x.dispose();
      x = next;
    }
    Array.from(x.dataSync()).forEach((value, i) => {
      expect(value).toBeCloseTo([1, -2, 0.5][i] ?? NaN, 4);
    });
    expect(() => path.step(x, velocity)).toThrow(`all ${steps} steps are done`);
    tf.dispose([x, data, noise, velocity]);
    path.dispose();
    solver.dispose();
    expect(tf.memory().numTensors - tensors).toBeLessThanOrEqual(2); // the two products of the line
  });

  test('paths under way at once don’t disturb each other', () => {
    const solver = createSolver(name, { steps: 4, shift: 2 });
    const follow = (start: number, other?: () => void) => {
      const path = solver.begin();
      let x: tf.Tensor = tf.tensor1d([start]);
      for (let i = 0; i < 4; i++) {
        other?.();
        x = path.step(x, tf.mul(x, 0.3));
      }
      return x.dataSync()[0];
    };
    const beside = solver.begin();
    const disturbed = follow(1, () => {
      if (disturbances++ < 4) beside.step(tf.tensor1d([7]), tf.tensor1d([3]));
    });
    expect(disturbed).toBe(follow(1));
  });
  let disturbances = 0;

  test.each([
    [{ steps: 0, shift: 1 }, /steps.*0/],
    [{ steps: 1.5, shift: 1 }, /steps.*1\.5/],
    [{ steps: 2, shift: 0 }, /shift/],
    [{ steps: 2, shift: NaN }, /shift/],
  ])('%o is refused', (options, message) => {
    expect(() => createSolver(name, options)).toThrow(message);
  });
});

test('UniPC’s weights add up: a prediction that never changes is followed exactly', () => {
  const sigmas = Float32Array.of(0.9, 0.6, 0.4, 0.2, 0);
  /** x = (1 − σ) m + σ ε with the same m and ε at both levels of noise. */
  const expectExact = ([from, ...clean]: readonly number[], [sigma, next]: readonly [number, number]) => {
    expect(from).toBeCloseTo(next / sigma, 5);
    const sum = clean.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1 - next - (next / sigma) * (1 - sigma), 5);
  };
  const weights = uniPcWeights(sigmas);
  expect(weights).toHaveLength(4);
  for (const [i, { corrector, predictor }] of weights.entries()) {
    const at = (j: number) => sigmas[j] ?? NaN;
    expectExact(predictor, [at(i), at(i + 1)]);
    if (corrector !== null) expectExact(corrector, [at(i - 1), at(i)]);
  }
});
