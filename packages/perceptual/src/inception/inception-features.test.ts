import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, createRandom, memoryUse, saveTensors, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createInception } from './create-inception.ts';
import { inceptionFeatures } from './inception-features.ts';
import type { InceptionWeights } from './inception-weights.ts';
import { inceptionShapes, inceptionWeightsFrom, initInception, loadInception } from './inception-weights.ts';
import { resizePictures } from './resize-pictures.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

/** Numbers in [-0.5, 0.5) that another language can make, too. */
function hashed(count: number, salt: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let u = Math.imul(i + salt * 1_000_003, 2_654_435_761) >>> 0;
    u = Math.imul(u ^ (u >>> 16), 2_246_822_519) >>> 0;
    return ((u ^ (u >>> 13)) >>> 0) / 2 ** 32 - 0.5;
  });
}

/** Kernels, gains, biases and statistics of the whole network, none of them 0 or 1. */
function hashedWeights(): InceptionWeights {
  const shapes = [...inceptionShapes()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const published = shapes.map(([name, shape], salt) => {
    const numbers = hashed(
      shape.reduce((a, b) => a * b, 1),
      salt,
    );
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    const kernel = Math.fround(Math.sqrt(24 / fanIn));
    const centre = /running_var|bn\.weight/.test(name) ? 1 : 0;
    const values = shape.length === 4 ? numbers.map((v) => v * kernel) : numbers.map((v) => v / 2 + centre);
    return [name, tf.tensor(values, [...shape])] as const;
  });
  return inceptionWeightsFrom(new Map(published));
}

test('the features are pytorch-fid’s', () => {
  const weights = hashedWeights();
  const pictures = tf.mul(tf.tensor(hashed(2 * 40 * 56 * 3, 777), [2, 40, 56, 3]), 2);
  const run = compile((w: InceptionWeights, x: tf.Tensor) => inceptionFeatures(w, x));
  const features = run(weights, pictures);
  run.dispose();
  expect(features.shape).toEqual([2, 2048]);
  const values = features.dataSync<'float32'>();
  for (const [n, row] of TORCH.rows.entries()) {
    row.forEach((want, i) => {
      const got = values[n * 2048 + (TORCH.places[i] ?? NaN)] ?? NaN;
      expect(Math.abs(got - want), `${n}, ${TORCH.places[i]}`).toBeLessThan(2e-5 * TORCH.largest);
    });
    const sum = values.subarray(n * 2048, (n + 1) * 2048).reduce((a, b) => a + b, 0);
    expect(sum / (TORCH.sums[n] ?? NaN)).toBeCloseTo(1, 5);
  }
});

/** torch 2.15, torchvision's network with pytorch-fid's blocks A, C, E_1 and E_2, these very weights and pictures. */
const TORCH = {
  places: [0, 1, 319, 320, 700, 1087, 1500, 1900, 2047],
  rows: [
    [0.134343, 0.07694, 1.08045, 0.66986, 0.237488, 0.030811, 0.889175, 0, 4.527762],
    [0.121182, 0.073368, 1.015468, 0.695242, 0.25377, 0.03326, 0.884549, 0, 4.498549],
  ],
  sums: [2679.5471, 2681.3086],
  largest: 4.5,
};

test('resizing keeps centres in place (torch interpolate), and has a gradient', () => {
  const squares = tf.reshape(tf.square(tf.range(0, 12)), [1, 3, 4, 1]);
  const resized = resizePictures(squares, [5, 2]);
  expect(resized.shape).toEqual([1, 5, 2, 1]);
  resized.dataSync().forEach((value, i) => {
    expect(value).toBeCloseTo(INTERPOLATED[i] ?? NaN, 5);
  });
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(resizePictures(x, [6, 8])))(squares);
  expect(tf.sum(gradient).dataSync()[0]).toBeCloseTo(48, 4); // each new pixel is a mean of old ones
});
const INTERPOLATED = [0.5, 6.5, 8.5, 20.9, 20.5, 42.5, 51.7, 83.3, 72.5, 110.5];

test('pictures of bytes, some at a time, in constant memory', async () => {
  const weights = initInception(1, { divisor: 16 });
  const inception = createInception(weights, { together: 2 });
  const random = createRandom(1);
  const data = Uint8Array.from({ length: 3 * 16 * 20 * 3 }, () => random.integer(0, 255));
  const pictures = { data, count: 3, height: 16, width: 20 };
  const { values, width } = await inception.features(pictures);
  expect([values.length, width]).toEqual([3 * 128, 128]);
  const before = memoryUse();
  const last = { ...pictures, data: data.slice(2 * 16 * 20 * 3), count: 1 };
  const alone = await inception.features(last);
  Array.from(alone.values).forEach((value, i) => {
    expect(value).toBeCloseTo(values[2 * width + i] ?? NaN, 4);
  });
  expect(memoryUse().tensors).toBe(before.tensors);
  expect(memoryUse().nativeTensors).toBe(before.nativeTensors);
  await expect(inception.features({ ...pictures, count: 0 })).rejects.toThrow(/0 pictures/);
  inception.dispose();
  tf.dispose(weights);
});

test('a network of other classes is not that of FID', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-inception-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'imagenet.safetensors');
  await saveTensors(path, new Map([['fc.bias', tf.zeros([1000])]]));
  const before = memoryUse().tensors;
  await expect(loadInception(path)).rejects.toThrow(/1000 classes; that of FID has 1008/);
  await saveTensors(path, new Map([['fc.bias', tf.zeros([1008])]]));
  await expect(loadInception(path)).rejects.toThrow(/Conv2d_1a_3x3.conv.weight is missing/);
  expect(memoryUse().tensors).toBe(before + 1); // the second of the two above
});
