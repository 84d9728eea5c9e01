import { startTrainingBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { ditSamplerConfigSchema } from '../config.ts';
import { tiny } from '../tiny.test.fixture.ts';
import { motionSince } from './motion.ts';
import { normaliseStates } from './normalise-states.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

const channel = (x: tf.Tensor, index: number) => {
  const values = tf.slice(x, [0, 0, index], [1, -1, 1]).dataSync();
  return Array.from(values, (value) => Math.round(value * 1e4) / 1e4);
};

test('positions are told as differences to the last given frame, velocities with the ways they make from there', () => {
  // one joint that turns by 2 a frame, 15 m/s ahead, and a turn that begins after the last given frame
  const states = tf.tensor3d(
    [0, 1, 2, 3].flatMap((frame) => [10 + 2 * frame, 15, frame > 1 ? -30 : 0]),
    [1, 4, 3],
  );
  const motion = motionSince(states, 1);
  expect(motion.shape).toEqual([1, 4, 5]);
  expect(channel(motion, 0)).toEqual([-2, 0, 2, 4]);
  expect(channel(motion, 1)).toEqual([15, 15, 15, 15]);
  expect(channel(motion, 2)).toEqual([0, 0, -30, -30]);
  expect(channel(motion, 3)).toEqual([-0.5, 0, 0.5, 1]);
  expect(channel(motion, 4)).toEqual([0, 0, -1, -2]);
});

test('whoever stands still goes no way, whatever the mean velocity of the training set', () => {
  const states = { channels: 3, form: 'motion', frequencies: 1, dim: 4, dropout: 0 } as const;
  const statistics = {
    state_mean: Float32Array.of(5, 1, -1),
    state_deviation: Float32Array.of(2, 0.5, 0.25),
  };
  const window = { states: Float32Array.from({ length: 9 * 3 }, (_, i) => [7, 0, 0.5][i % 3] ?? 0) };
  const normal = normaliseStates({ states, latentFrames: 3 }, statistics, [window]);
  expect([channel(normal, 0)[0], channel(normal, 1)[0], channel(normal, 2)[0]]).toEqual([1, 0, 2]);
});

test('motion needs velocities, positions and a given frame', () => {
  const states = { channels: 3, form: 'motion', frequencies: 1, dim: 4, dropout: 0 } as const;
  const parse = (changes: object) => ditSamplerConfigSchema.safeParse({ ...tiny, states, ...changes });
  expect(parse({}).success).toBe(true);
  expect(parse({ states: { ...states, channels: 2 } }).error?.message).toContain(
    'takes the last 2 as velocities',
  );
  expect(parse({ contextLatents: 0 }).error?.message).toContain('the last given frame');
});
