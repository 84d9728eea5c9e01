import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../backend/start-backend.ts';
import { compile } from '../compile/compile.ts';
import { operationTimes } from '../profile/operation-times.ts';
import { profile } from '../profile/profile.ts';
import type { Random } from '../random/random.ts';
import { createRandom } from '../random/random.ts';
import { causalConv3d } from './causal-conv3d.ts';
import { paddedConvolution } from './padded-convolution.ts';

let random: Random;
let video: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor;

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
  random = createRandom(1);
  video = random.normalTensor([2, 7, 6, 5, 3]);
  kernel = random.normalTensor([3, 3, 3, 3, 4]);
  bias = random.normalTensor([4]);
});

test('frames of the past stand where zeros would', () => {
  const whole = tf.slice(causalConv3d(video, kernel, bias), [0, 2]);
  const later = causalConv3d(video, kernel, bias, { past: 2 });
  expect(later.shape).toEqual([2, 5, 6, 5, 4]);
  expect(tf.max(tf.abs(tf.sub(whole, later))).dataSync()[0]).toBeLessThan(1e-5);
});

test('pictures are padded where it is said', () => {
  const pictures = random.normalTensor([2, 6, 5, 3]);
  const filter = random.normalTensor([2, 2, 3, 4]);
  const paddings: [number, number][] = [
    [0, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ];
  const padded = tf.pad(pictures, paddings) as tf.Tensor4D;
  const expected = tf.conv2d(padded, filter as tf.Tensor4D, 1, 'valid');
  const found = paddedConvolution(pictures, filter, undefined, paddings);
  expect(tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]).toBeLessThan(1e-5);
});

test.each([3, 20])('gradients, of %i channels, are those of padding, convolution and sum', (channels) => {
  const clip = random.normalTensor([2, 3, 6, 5, channels]);
  const filter = random.normalTensor([3, 3, 3, channels, 4]);
  const weights = random.normalTensor([2, 3, 6, 5, 4]);
  const spread: [number, number][] = [
    [0, 0],
    [2, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];
  const reference = (x: tf.Tensor, k: tf.Tensor, b: tf.Tensor) =>
    tf.add(tf.conv3d(tf.pad(x, spread) as tf.Tensor5D, k as tf.Tensor5D, 1, 'valid'), b);
  const gradients = (fn: typeof reference) =>
    tf.grads((...inputs: tf.Tensor[]) =>
      tf.sum(tf.mul(fn(...(inputs as Parameters<typeof reference>)), weights)),
    )([clip, filter, bias]);
  const expected = gradients(reference);
  for (const [i, found] of gradients(causalConv3d).entries()) {
    const want = expected[i] as tf.Tensor;
    const far = tf.max(tf.abs(tf.sub(found, want))).dataSync()[0] ?? Infinity;
    expect(far / (tf.max(tf.abs(want)).dataSync()[0] ?? 0)).toBeLessThan(1e-6);
  }
});

test('few channels in bfloat16: near to float32', () => {
  // 12 channels and one frame: what a 3-D convolution of oneDNN 3.7 reads too much for, on AMX.
  const [frame, filter] = [
    random.normalTensor([1, 1, 4, 4, 12]),
    random.normalTensor([3, 3, 3, 12, 16], 0.1),
  ];
  const none = tf.zeros([16]);
  const half = compile((x: tf.Tensor, k: tf.Tensor) => causalConv3d(x, k, none), { precision: 'bf16' });
  const far = tf.max(tf.abs(tf.sub(half(frame, filter), causalConv3d(frame, filter, none))));
  expect(far.dataSync()[0]).toBeLessThan(0.05);
});

test.each(['f32', 'bf16'] as const)(
  'padding, convolution and bias run as one operation: %s',
  async (precision) => {
    const clip = random.normalTensor([2, 7, 6, 5, 16]);
    const filter = random.normalTensor([3, 3, 3, 16, 4]);
    const convolve = compile((x: tf.Tensor, k: tf.Tensor, b: tf.Tensor) => causalConv3d(x, k, b), {
      precision,
    });
    convolve(clip, filter, bias).dispose();
    const { trace } = await profile(() => convolve(clip, filter, bias).dispose());
    const kinds = operationTimes(trace).map(({ name }) => name.split(' ')[0]);
    expect(kinds.filter((kind) => /^(Pad|PadV2|Conv3D|BiasAdd)$/.test(kind ?? ''))).toEqual(['BiasAdd']); // called by its last
  },
);
