import { compile, createRandom, startTrainingBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import type { DitSamplerConfig } from '../config.ts';
import { init } from '../init.ts';
import { asDitParameters } from '../parameters.ts';
import { embedStates } from '../states/embed-states.ts';
import { stirred, tiny } from '../tiny.test.fixture.ts';
import type { ForwardArguments } from './forward.ts';
import { embedText, velocity } from './forward.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

const { latentFrames: t, latentHeight: h, latentWidth: w, latentChannels: c } = tiny;
const tokens = (t * h * w) / 4;
const noise = (shape: readonly number[], seed = 1) => createRandom(seed).normalTensor(shape);
const parameters = () => asDitParameters(tiny, stirred(init(tiny, 3)));
const inputs = (b = 2) => {
  const p = parameters();
  return {
    parameters: p,
    latents: noise([b, t, h, w, c]),
    timesteps: tf.tensor2d([[0, 500, 500]]),
    text: embedText(noise([1, 2, 6], 2), p),
  };
};
const run = (args: ForwardArguments, config: DitSamplerConfig = tiny) => velocity(config, args).dataSync();

function expectClose(got: ArrayLike<number>, want: ArrayLike<number>): void {
  expect(got.length).toBe(want.length);
  const worst = Array.from(got, (value, i) => Math.abs(value - (want[i] ?? NaN))).reduce((a, b) =>
    Math.max(a, b),
  );
  expect(worst).toBeLessThan(2e-5);
}

test('one timestep per frame is that of each of its tokens', () => {
  const args = inputs();
  const perToken = tf.tensor2d([Array.from({ length: tokens }, (_, i) => (i < tokens / t ? 0 : 500))]);
  expectClose(run({ ...args, timesteps: perToken }), run(args));
});

test('a shared text, shared timesteps: as if each sample had its own', () => {
  const args = inputs();
  const own = {
    ...args,
    text: tf.tile(args.text, [2, 1, 1]),
    timesteps: tf.tile(args.timesteps, [2, 1]),
  };
  expectClose(run(own), run(args));
});

test('samples don’t hear each other', () => {
  const args = inputs();
  const first = run({ ...args, latents: tf.slice(args.latents, [0, 0, 0, 0, 0], [1, -1, -1, -1, -1]) });
  expectClose(run(args).slice(0, first.length), first);
});

test('before training, states change nothing: to the bit, compiled too', () => {
  const p = asDitParameters(tiny, init(tiny, 3));
  const outWeights = { ...p, proj_out: parameters().proj_out }; // zero before training: no output would show anything
  const states = noise([1, 1 + 4 * (t - 1), 2], 5);
  const embedded = embedStates(tiny, states, p.state_conditioner as NonNullable<typeof p.state_conditioner>);
  expect(embedded.shape).toEqual([1, t, 16]);
  const args = { ...inputs(), parameters: outWeights };
  const forward = compile(
    (rest: { parameters: typeof p; latents: tf.Tensor; timesteps: tf.Tensor; text: tf.Tensor }) =>
      velocity(tiny, rest),
  );
  const told = compile(
    (rest: Parameters<typeof forward>[0], states: tf.Tensor) => velocity(tiny, { ...rest, states }),
    {},
  );
  const plain = forward(args).dataSync();
  expect(plain.some((value) => value !== 0)).toBe(true);
  expect(told(args, embedded).dataSync()).toEqual(plain);
  expect(run({ ...args, states: embedded })).toEqual(run(args));
});

test('after training, states change what they are states of', () => {
  const p = parameters();
  const conditioner = p.state_conditioner as NonNullable<typeof p.state_conditioner>;
  const states = noise([2, 9, 2], 5);
  const embedded = embedStates(tiny, states, conditioner);
  expect(run({ ...inputs(), states: embedded })).not.toEqual(run(inputs()));
  const dropped = embedStates(tiny, states, conditioner, tf.tensor1d([1, 0]));
  const [kept, silent] = tf.unstack(dropped, 0) as [tf.Tensor, tf.Tensor];
  expect(kept.dataSync()).toEqual(tf.unstack(embedded, 0)[0]?.dataSync());
  expect(silent.dataSync().every((value) => value === 0)).toBe(true);
});

test('latent frame i hears the states of frames 4 i − 3 … 4 i + 3', () => {
  const p = parameters();
  const conditioner = p.state_conditioner as NonNullable<typeof p.state_conditioner>;
  const states = noise([1, 9, 2], 5);
  const before = embedStates(tiny, states, conditioner).dataSync();
  const changed = Array.from({ length: 9 }, (_, frame) => {
    const bump = tf.tensor3d([Array.from({ length: 9 }, (_, i) => (i === frame ? [1, 1] : [0, 0]))]);
    const after = embedStates(tiny, tf.add(states, bump), conditioner).dataSync();
    return [0, 1, 2].filter(
      (latent) =>
        after.slice(16 * latent, 16 * latent + 16).join() !==
        before.slice(16 * latent, 16 * latent + 16).join(),
    );
  });
  expect(changed).toEqual([[0], [0, 1], [0, 1], [0, 1], [1], [1, 2], [1, 2], [1, 2], [2]]);
});

test('states go with latents of one token a frame', () => {
  const latents = noise([1, t, 2, 2, c]);
  expect(velocity(tiny, { ...inputs(), latents, states: tf.ones([1, t, 16]) }).shape).toEqual([
    1,
    t,
    2,
    2,
    c,
  ]);
});

test.each([
  ['timesteps', [1, 2], /2 timesteps .* 3 frames of tokens, or one for each of 18 tokens/],
  ['states', [1, 2, 16], /states \[1,2,16\]/],
])('%s of another number are refused', (name, shape, message) => {
  expect(() => velocity(tiny, { ...inputs(), [name]: tf.ones(shape) })).toThrow(message);
});
