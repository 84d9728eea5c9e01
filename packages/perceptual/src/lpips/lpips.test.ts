import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, createRandom, memoryUse, saveTensors, startBackend, tf } from '@borealis/tensor';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Pictures } from '../pictures.ts';
import type { LpipsNet } from './backbones.ts';
import { createLpips } from './create-lpips.ts';
import { lpips, lpipsLayers } from './lpips.ts';
import type { LpipsWeights } from './lpips-weights.ts';
import { initLpips, loadLpips } from './lpips-weights.ts';

/** Values are held to the lpips package by `borealis verify goldens` (lpips_pairs). */
let weights: LpipsWeights;
beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
  weights = initLpips('squeeze', 1);
});
afterAll(() => {
  tf.dispose(weights);
});

const drawn = (seed: number, shape: number[]) => createRandom(seed).uniformTensor(shape, -1, 1);

test('equal pictures are at 0, others above, the same both ways; slices add up', () => {
  const [a, b] = [drawn(1, [2, 32, 28, 3]), drawn(2, [2, 32, 28, 3])];
  expect([...lpips(weights, a, a).dataSync()]).toEqual([0, 0]);
  const there = lpips(weights, a, b).dataSync();
  expect([...there].every((distance) => distance > 0.01)).toBe(true);
  expect([...lpips(weights, b, a).dataSync()]).toEqual([...there]);
  const layers = lpipsLayers(weights, a, b);
  expect(layers.shape).toEqual([2, 7]);
  expect(tf.sum(layers, 1).dataSync()[1]).toBeCloseTo(there[1] ?? NaN, 6);
});

test.each<[LpipsNet, number]>([
  ['squeeze', 25],
  ['alex', 31],
  ['vgg', 16],
])('%s takes pictures from %d pixels a side', (net, side) => {
  const own = initLpips(net, 2);
  const before = memoryUse().tensors;
  const distanceAt = (shape: number[]) =>
    tf.tidy(() => lpips(own, drawn(1, shape), drawn(2, shape)).dataSync()[0] ?? NaN);
  expect(distanceAt([1, side, side, 3])).toBeGreaterThan(0);
  expect(() => distanceAt([1, side - 1, 64, 3])).toThrow(
    new RegExp(`${side - 1}×64 are too small: net.slice`),
  );
  expect(memoryUse().tensors).toBe(before);
  tf.dispose(own);
});

test('has the gradient that finite differences find', () => {
  const [a, b] = [drawn(3, [1, 32, 32, 3]), drawn(4, [1, 32, 32, 3])];
  const distance = (w: LpipsWeights, x: tf.Tensor, y: tf.Tensor) => tf.sum(lpips(w, x, y));
  const run = compile((w: LpipsWeights, x: tf.Tensor, y: tf.Tensor) => ({
    value: distance(w, x, y),
    gradient: tf.grad((x) => distance(w, x, y))(x),
  }));
  // along the gradient: where it leads, changes stand out from rounding at steps that cross few ReLUs' edges
  const { gradient } = run(weights, a, b);
  const along = tf.norm(gradient).dataSync()[0] ?? NaN;
  const direction = tf.div(gradient, along);
  const step = 2e-2;
  const valueAt = (sign: number) =>
    run(weights, tf.add(a, tf.mul(direction, sign * step)), b).value.dataSync()[0] ?? NaN;
  const slope = (valueAt(1) - valueAt(-1)) / (2 * step);
  expect(Math.abs(slope / along - 1)).toBeLessThan(0.01);
  run.dispose();
});

test('where no feature is seen the gradient is 0, not NaN', () => {
  const blind = {
    ...weights,
    'net.slice1.0.weight': tf.zerosLike(weights['net.slice1.0.weight'] as tf.Tensor),
  };
  const other = drawn(6, [1, 32, 32, 3]);
  const gradient = tf.grad((x) => tf.sum(lpips(blind, x, other)))(drawn(7, [1, 32, 32, 3]));
  expect(tf.max(tf.abs(gradient)).dataSync()[0]).toBe(0);
});

function bytes(seed: number, count: number): Pictures {
  const random = createRandom(seed);
  const data = Uint8Array.from({ length: count * 32 * 32 * 3 }, () => random.integer(0, 255));
  return { data, count, height: 32, width: 32 };
}

test('pictures of bytes, one after another, in constant memory', async () => {
  const compare = createLpips(weights);
  const [a, b] = [bytes(1, 3), bytes(2, 3)];
  const distances = await compare.distances(a, b);
  const asTensor = ({ data }: Pictures) =>
    tf.tensor(
      Float32Array.from(data, (v) => v / 127.5 - 1),
      [3, 32, 32, 3],
    );
  const whole = lpips(weights, asTensor(a), asTensor(b)).dataSync();
  distances.forEach((distance, i) => {
    expect(distance).toBeCloseTo(whole[i] ?? NaN, 5);
  });
  const before = memoryUse();
  await compare.distances(a, b);
  expect(memoryUse().tensors).toBe(before.tensors);
  expect(memoryUse().nativeTensors).toBe(before.nativeTensors);
  await expect(compare.distances(a, bytes(1, 2))).rejects.toThrow(/3 pictures of 32×32 against 2/);
  await expect(compare.distances({ ...a, count: 2 }, b)).rejects.toThrow(/in 9216 bytes, expected 6144/);
  compare.dispose();
});

test('reads the state dict of the reference, lins twice and all; refuses what is no LPIPS', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-lpips-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'lpips.safetensors');
  const stored = new Map(
    Object.entries(weights).map(([name, tensor]) => [
      name,
      tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tensor,
    ]),
  );
  stored.set('lins.0.model.1.weight', stored.get('lin0.model.1.weight') as tf.Tensor);
  await saveTensors(path, stored);
  const before = memoryUse().tensors;
  const read = await loadLpips(path);
  expect(Object.keys(read).sort()).toEqual(Object.keys(weights).sort());
  for (const [name, tensor] of Object.entries(read))
    expect(tensor.dataSync(), name).toEqual(weights[name]?.dataSync());
  tf.dispose(read);
  for (const [change, message] of [
    [() => stored.delete('net.slice2.3.squeeze.bias'), /net.slice2.3.squeeze.bias is missing/],
    [() => stored.set('net.slice2.3.squeeze.bias', tf.zeros([2])), /\[2\], not float32 \[16\]/],
    [() => stored.delete('lin6.model.1.weight'), /none of squeeze, alex, vgg: 6 tensors linK/],
  ] as const) {
    change();
    await saveTensors(path, stored);
    const kept = memoryUse().tensors;
    await expect(loadLpips(path)).rejects.toThrow(message);
    expect(memoryUse().tensors).toBe(kept);
  }
  expect(memoryUse().tensors).toBe(before + 1);
});

test.each([
  ['of different shapes', [1, 32, 32, 3], [1, 32, 28, 3], /expected the same/],
  ['without a batch', [32, 32, 3], [32, 32, 3], /expected \[n, h, w, 3\]/],
  ['with four channels', [1, 32, 32, 4], [1, 32, 32, 4], /expected \[n, h, w, 3\]/],
])('pictures %s are refused', (_, a, b, message) => {
  expect(() => tf.tidy(() => lpips(weights, tf.zeros(a), tf.zeros(b)))).toThrow(
    expect.objectContaining({ code: 'pictures', message: expect.stringMatching(message) }),
  );
});
