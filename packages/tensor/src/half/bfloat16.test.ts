import { fromBfloat16, toBfloat16 as roundToBfloat16 } from '@borealis/safetensors';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { activeInterception } from '../backend/active-backend.ts';
import {
  compile,
  createRandom,
  embedding,
  layerNorm,
  linear,
  memoryUse,
  startBackend,
  storageDtype,
  tf,
  toBfloat16,
  toFloat32,
} from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(3);
const rounded = (x: tf.Tensor) => fromBfloat16(roundToBfloat16(x.dataSync<'float32'>()));
/** A bfloat16-held tensor, and the same numbers as float32. */
function pair(shape: number[]): { half: tf.Tensor; wide: tf.Tensor } {
  const half = toBfloat16(random.normalTensor(shape));
  return { half, wide: tf.tensor(half.dataSync(), shape) };
}

describe('a bfloat16-held tensor', () => {
  it('holds values rounded to nearest even, in half the memory, and reads as float32', async () => {
    const x = tf.tensor([1, -2.5, 1 / 3, 1.00390625, 1.01171875, 1e-40, -0, Infinity, NaN, 3.4e38]);
    const half = toBfloat16(x);
    expect([half.dtype, storageDtype(half), storageDtype(x)]).toEqual(['float32', 'bfloat16', 'float32']);
    expect(half.dataSync()).toBeInstanceOf(Float32Array);
    expect(half.dataSync()).toEqual(rounded(x));
    expect(await half.data()).toEqual(rounded(x));
    const wide = toFloat32(half);
    expect(storageDtype(wide)).toBe('float32');
    expect(wide.dataSync()).toEqual(rounded(x));
    expect(toBfloat16(half).dataSync()).toEqual(rounded(x));
  });

  it('counts 2 bytes an element, however many tensors share it, and leaves nothing when disposed', () => {
    const x = tf.add(random.normalTensor([64, 32]), 0); // in TensorFlow's memory
    const before = memoryUse();
    const half = toBfloat16(x);
    expect(memoryUse().tensorBytes - before.tensorBytes).toBe(2 * x.size);
    const clone = tf.clone(half);
    expect(storageDtype(clone)).toBe('bfloat16');
    expect(memoryUse().tensorBytes - before.tensorBytes).toBe(4 * x.size);
    half.dispose();
    expect(memoryUse().tensorBytes - before.tensorBytes).toBe(2 * x.size);
    expect(clone.dataSync()).toEqual(rounded(x));
    clone.dispose();
    tf.tidy(() => tf.add(toBfloat16(x), 1).dataSync());
    const after = memoryUse();
    expect([after.tensors, after.tensorBytes]).toEqual([before.tensors, before.tensorBytes]);
    // Functions of earlier tests may be collected meanwhile, and what they had captured with them.
    expect(after.nativeTensors).toBeLessThanOrEqual(before.nativeTensors ?? NaN);
  });

  it('is refused for other dtypes', () => {
    expect(() => toBfloat16(tf.scalar(1, 'int32'))).toThrow(/float32 tensor, found int32 \[\]: tf.cast/);
    expect(() => toFloat32(tf.scalar(true, 'bool'))).toThrow(/found bool/);
  });
});

/** Called with bfloat16-held and with float32 tensors of the same numbers, they must give the same. */
const computations: [string, (x: tf.Tensor, w: tf.Tensor) => tf.Tensor][] = [
  ['a product', (x, w) => tf.matMul(x, w, false, true)],
  ['a linear layer', (x, w) => linear(x, w)],
  ['a sum with a number', (x) => tf.add(x, 1.1)],
  ['a sum of both', (x, w) => tf.add(x, w)],
  ['a norm', (x, w) => layerNorm(x, { gain: tf.mean(w, 0), bias: tf.sum(w, 0) }, 1e-5)],
  ['a comparison', (x, w) => tf.cast(tf.greater(x, w), 'float32')],
  ['a cast', (x) => tf.cast(x, 'int32')],
  ['the same tensor twice', (x) => tf.mul(x, x)],
  ['transposition', (x) => tf.transpose(x)],
  ['reshaping, then a slice', (x) => tf.slice(tf.reshape(x, [4, 3]), [1, 0], [2, 3])],
  ['concatenation with float32', (x) => tf.concat([x, tf.ones([1, 4])])],
  ['rows of a table', (x) => embedding(tf.tensor([2, 0], [2], 'int32'), x)],
];

describe.each(computations)('%s', (name, fn) => {
  const x = () => pair([3, 4]);
  it.each([
    ['op by op', fn],
    ['compiled', compile(fn)],
    ['captured', (x: tf.Tensor, w: tf.Tensor) => compile(() => fn(x, w))()],
  ] as const)('of bfloat16-held tensors is that of their values, %s', (_, run) => {
    const [a, b] = [x(), x()];
    const expected = fn(a.wide, b.wide);
    for (const [p, q] of [
      [a.half, b.half],
      [a.half, b.wide],
      [a.wide, b.half],
    ] as const) {
      const result = run(p, q);
      expect([result.dtype, result.shape], name).toEqual([expected.dtype, expected.shape]);
      const difference = tf.max(tf.abs(tf.sub(result, expected)));
      expect(difference.dataSync()[0], name).toBeLessThan(1e-6);
    }
  });
});

describe('operations that only move elements', () => {
  const moves: [string, (x: tf.Tensor) => tf.Tensor][] = [
    ['transpose', (x) => tf.transpose(x)],
    ['reshape', (x) => tf.reshape(x, [-1])],
    ['slice', (x) => tf.slice(x, [1, 0], [1, 4])],
    ['gather', (x) => embedding(tf.tensor([2, 0], [2], 'int32'), x)],
    ['concat', (x) => tf.concat([x, x])],
    ['stack', (x) => tf.stack([x, x])],
    ['split', (x) => tf.split(x, 2, 1)[1] as tf.Tensor],
    ['unstack', (x) => tf.unstack(x)[2] as tf.Tensor],
    ['strided slice', (x) => tf.stridedSlice(x, [0, 0], [3, 4], [2, 2])],
    ['tile', (x) => tf.tile(x, [2, 1])],
    ['expanding', (x) => tf.expandDims(x)],
    ['clone', (x) => tf.clone(x)],
  ];
  it.each(moves)('%s keeps bfloat16, op by op and compiled', (_, fn) => {
    const { half, wide } = pair([3, 4]);
    for (const result of [fn(half), compile(fn)(half)]) {
      expect(storageDtype(result)).toBe('bfloat16');
      expect(result.dataSync()).toEqual(fn(wide).dataSync());
    }
  });
});

describe('compiled functions', () => {
  it('are recorded for bfloat16 apart, and take it without a copy', () => {
    const fn = compile((x: tf.Tensor) => tf.add(x, 1));
    const { half, wide } = pair([3, 4]);
    const signatures = [half, wide].map((x) => fn.prepare(x)?.signature);
    expect(signatures[0]).toContain('bfloat16[3,4]');
    expect(signatures[1]).toContain('float32[3,4]');
  });

  it('cast each tensor once', () => {
    const native = activeInterception()?.native;
    if (native === undefined) throw new Error('no backend');
    const added = vi.spyOn(native, 'recordingAdd');
    const { half } = pair([3, 3]);
    compile((x: tf.Tensor) => tf.add(tf.matMul(x, x), tf.matMul(tf.mul(x, 2), x))).prepare(half);
    const casts = added.mock.calls.filter(([, node]) => Buffer.from(node).includes('Cast'));
    added.mockRestore();
    expect(casts).toHaveLength(1);
  });

  it('give bfloat16-held results where a result is rounded, or an argument is returned', () => {
    const { half, wide } = pair([3, 4]);
    const [sum, same, back] = compile((x: tf.Tensor) => [toBfloat16(tf.add(x, 1)), x, toFloat32(x)])(half);
    expect([sum, same, back].map((t) => storageDtype(t as tf.Tensor))).toEqual([
      'bfloat16',
      'bfloat16',
      'float32',
    ]);
    expect(sum?.dataSync()).toEqual(rounded(tf.add(wide, 1)));
    expect(same?.dataSync()).toEqual(wide.dataSync());
    expect(back?.dataSync()).toEqual(wide.dataSync());
  });

  it('give products of the bf16 policy as float32, and as bfloat16 where that is asked for', () => {
    const x = random.normalTensor([4, 4]);
    const fn = compile(
      (x: tf.Tensor) => {
        const product = tf.matMul(x, x);
        return [product, toBfloat16(product)];
      },
      { precision: 'bf16' },
    );
    const [wide, half] = fn(x) as [tf.Tensor, tf.Tensor];
    expect([storageDtype(wide), storageDtype(half)]).toEqual(['float32', 'bfloat16']);
    expect(half.dataSync()).toEqual(wide.dataSync());
  });

  it('leave no tensors behind', () => {
    const { half } = pair([8, 8]);
    const fn = compile((x: tf.Tensor) => [tf.matMul(x, x), toBfloat16(tf.mul(x, 2))]);
    tf.dispose(fn(half));
    const before = memoryUse();
    for (let i = 0; i < 50; i++) tf.dispose(fn(half));
    compile((x: tf.Tensor) => tf.matMul(x, half))(half).dispose();
    const after = memoryUse();
    expect(after.tensors).toBe(before.tensors);
    expect(after.tensorBytes).toBe(before.tensorBytes);
    expect(after.nativeTensors).toBe((before.nativeTensors ?? 0) + 1); // the captured one
  });
});

describe('gradients', () => {
  const loss = (x: tf.Tensor, w: tf.Tensor) => tf.mean<tf.Tensor>(tf.square(tf.tanh(linear(x, w))));
  const gradient = (x: tf.Tensor, w: tf.Tensor) => tf.grad((w: tf.Tensor) => loss(x, w))(w);

  it.each([
    ['op by op', gradient],
    ['compiled', compile(gradient)],
  ])('with respect to a bfloat16-held weight are float32, %s', (_, run) => {
    const { half, wide } = pair([5, 4]);
    const x = random.normalTensor([3, 4]);
    const result = run(x, half);
    expect([result.shape, storageDtype(result)]).toEqual([[5, 4], 'float32']);
    const expected = gradient(x, wide);
    expect(tf.max(tf.abs(tf.sub(result, expected))).dataSync()[0]).toBeLessThan(1e-6);
  });

  it.each([
    ['op by op', (fn: (w: tf.Tensor) => tf.Tensor) => fn],
    ['compiled', (fn: (w: tf.Tensor) => tf.Tensor) => compile(fn)],
  ])('go through rounding unchanged, %s', (_, wrap) => {
    const w = random.normalTensor([2, 3]);
    const through = wrap((w) => tf.grad((w: tf.Tensor) => tf.sum(tf.square(toFloat32(toBfloat16(w)))))(w));
    expect(through(w).dataSync()).toEqual(tf.mul(toBfloat16(w), 2).dataSync());
  });
});
