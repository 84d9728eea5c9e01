import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { activeInterception } from '../backend/active-backend.ts';
import { createRandom, memoryUse, startBackend, tf } from '../index.ts';
import { compile } from './compile.ts';

beforeAll(async () => {
  const info = await startBackend({ backend: 'tensorflow' });
  expect(info.compiles).toBe(true);
});
afterEach(() => {
  tf.disposeVariables();
});

const random = createRandom(7);
const largestDifference = (a: tf.Tensor, b: tf.Tensor) =>
  tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]);

describe('compile', () => {
  it('gives what plain execution gives, with nested arguments and results', () => {
    const fn = ({ x, w }: { x: tf.Tensor; w: tf.Tensor[] }) => ({
      product: tf.matMul(x, w[0] as tf.Tensor),
      sums: [tf.sum(x), tf.mean(w[1] as tf.Tensor, 0)],
    });
    const inputs = {
      x: random.normalTensor([3, 4]),
      w: [random.normalTensor([4, 5]), random.normalTensor([2, 6])],
    };
    const compiled = compile(fn)(inputs);
    const plain = fn(inputs);
    expect(largestDifference(compiled.product, plain.product)).toBeLessThan(1e-6);
    expect(largestDifference(compiled.sums[0] as tf.Tensor, plain.sums[0] as tf.Tensor)).toBeLessThan(1e-5);
    expect(largestDifference(compiled.sums[1] as tf.Tensor, plain.sums[1] as tf.Tensor)).toBeLessThan(1e-6);
  });

  it('records gradients and updates', () => {
    const step = (x: tf.Tensor, w: tf.Tensor) => {
      const gradient = tf.grad((w: tf.Tensor) => tf.mean(tf.square(tf.tanh(tf.matMul(x, w)))))(w);
      return tf.sub(w, tf.mul(gradient, 0.1));
    };
    const x = random.normalTensor([8, 4]);
    const w = random.normalTensor([4, 4]);
    expect(largestDifference(compile(step)(x, w), step(x, w))).toBeLessThan(1e-6);
  });

  it('replays give the same bits', () => {
    const fn = compile((x: tf.Tensor) => tf.softmax(tf.matMul(x, x, false, true)));
    const x = random.normalTensor([64, 32]);
    expect(fn(x).dataSync()).toEqual(fn(x).dataSync());
  });

  it('records once per signature and forgets the one unused for longest', () => {
    let recordings = 0;
    const fn = compile(
      (x: tf.Tensor) => {
        recordings++;
        return tf.mul(x, 2);
      },
      { maxSignatures: 2 },
    );
    const [one, two, three] = [tf.ones([1]), tf.ones([2]), tf.ones([3])];
    fn(one);
    fn(one);
    expect(recordings).toBe(1);
    fn(two);
    fn(one);
    fn(three); // two goes
    fn(one);
    expect(recordings).toBe(3);
    fn(two);
    expect(recordings).toBe(4);
  });

  it('gives equal graphs whatever the numbers that enter as tensors', () => {
    const step = () =>
      compile((w: tf.Tensor, noise: tf.Tensor, rate: tf.Tensor, step: tf.Tensor) =>
        tf.sub(w, tf.mul(tf.mul(noise, rate), tf.pow(tf.scalar(0.9), step))),
      );
    const digestFor = (seed: number, stepNumber: number, rate: number) =>
      step().prepare(
        tf.ones([4]),
        createRandom(seed).normalTensor([4]),
        tf.scalar(rate),
        tf.scalar(stepNumber),
      )?.digest;
    expect(digestFor(1, 1, 0.1)).toBe(digestFor(2, 500, 0.003));
  });

  it('a number that is frozen shows as another graph', () => {
    const digestFor = (rate: number) =>
      compile((w: tf.Tensor) => tf.mul(w, rate)).prepare(tf.ones([4]))?.digest;
    expect(digestFor(0.1)).not.toBe(digestFor(0.2));
  });

  it('keeps captured tensors alive after their owner disposed them', () => {
    const w = tf.fill([4], 3);
    const fn = compile((x: tf.Tensor) => tf.mul(x, w));
    const x = tf.ones([4]);
    fn(x).dispose();
    w.dispose();
    expect([...fn(x).dataSync()]).toEqual([3, 3, 3, 3]);
    fn.dispose();
  });

  it('captures tensors whose values still wait in JavaScript, and leaves them usable', () => {
    const w = tf.tensor([1, 2, 3]);
    const fn = compile((x: tf.Tensor) => tf.add(x, w));
    expect([...fn(tf.ones([3])).dataSync()]).toEqual([2, 3, 4]);
    expect([...tf.add(w, 1).dataSync()]).toEqual([2, 3, 4]);
  });

  it('returns inputs and repeated outputs as tensors of their own', () => {
    const fn = compile((x: tf.Tensor) => {
      const y = tf.mul(x, 2);
      return [x, y, y];
    });
    const x = tf.ones([2]);
    const [a, b, c] = fn(x) as [tf.Tensor, tf.Tensor, tf.Tensor];
    x.dispose();
    b.dispose();
    expect([...a.dataSync(), ...c.dataSync()]).toEqual([1, 1, 2, 2]);
  });

  it('becomes part of an outer recording', () => {
    const inner = compile((x: tf.Tensor) => tf.mul(x, 2));
    const outer = compile((x: tf.Tensor) => tf.add(inner(x), 1));
    expect([...outer(tf.ones([2])).dataSync()]).toEqual([3, 3]);
  });

  it('lets gradients through where they are taken outside of a recording', () => {
    const square = compile((x: tf.Tensor) => tf.square(x));
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(square(x)));
    expect([...gradient(tf.tensor([1, 3])).dataSync()]).toEqual([2, 6]);
  });

  it('records large constants of one value as a fill', () => {
    const interception = activeInterception();
    if (interception === undefined) throw new Error('no backend');
    const added = vi.spyOn(interception.native, 'recordingAdd');
    compile((x: tf.Tensor) => tf.add(x, tf.zeros([1000, 1000]))).prepare(tf.ones([1000, 1000]));
    const sizes = added.mock.calls.flatMap(([, , , , , attributes]) =>
      attributes.map(([, value]) => value.length),
    );
    const ops = added.mock.calls.map(([, op]) => op);
    added.mockRestore();
    expect(Math.max(...sizes)).toBeLessThan(1000);
    expect(ops).toContain('Fill');
  });
});

describe('what recording refuses', () => {
  const x = () => tf.ones([2]);

  it.each([
    ['an argument', (t: tf.Tensor) => tf.mul(t, t.dataSync()[0] ?? 0)],
    ['a tensor from outside', (t: tf.Tensor) => tf.mul(t, outside.dataSync()[0] ?? 0)],
  ])('reading the data of %s', (_, fn) => {
    expect(() => compile(fn, { name: 'peek' })(x())).toThrow(/while recording peek, .*: data is read/);
  });

  it('drawing random numbers without a seed', () => {
    expect(() => compile((t: tf.Tensor) => tf.add(t, tf.randomNormal([2])))(x())).toThrow(/would be frozen/);
    expect(() => compile((t: tf.Tensor) => tf.dropout(t, 0.5))(x())).toThrow(/would be frozen/);
    expect(Math.random()).toBeLessThan(1);
  });

  it('shapes that depend on data', () => {
    const fn = compile((t: tf.Tensor) => tf.unique(t as tf.Tensor1D).values);
    expect(() => fn(x())).toThrow(/shape of Unique.* depends on data/);
  });

  it('a tensor of a recording that is used outside', () => {
    let leaked: tf.Tensor | undefined;
    compile((t: tf.Tensor) => {
      leaked = tf.keep(tf.add(t, 1));
      return t;
    })(x());
    expect(() => tf.add(leaked as tf.Tensor, 1).dataSync()).toThrow(/used outside of it/);
  });

  it('a number among the arguments', () => {
    const fn = compile((a: tf.Tensor, b: tf.Tensor) => tf.add(a, b));
    expect(() => fn(x(), 3 as unknown as tf.Tensor)).toThrow(/at \[1\], found number/);
  });

  it('whatever fails inside, naming the function', () => {
    const fn = compile((t: tf.Tensor) => tf.gather(t, tf.tensor1d([0.5])), { name: 'pick' });
    expect(() => fn(x())).toThrow(/pick/);
  });

  it('leaves the backend working', () => {
    expect([...tf.add(x(), 1).dataSync()]).toEqual([2, 2]);
    expect([...compile((t: tf.Tensor) => tf.add(t, 1))(x()).dataSync()]).toEqual([2, 2]);
  });

  let outside: tf.Tensor;
  beforeAll(() => {
    outside = tf.tensor([1, 2]);
  });
});

describe('memory', () => {
  it('stays constant over many calls and recordings', () => {
    const w = random.normalTensor([32, 32]);
    const x = random.normalTensor([16, 32]);
    const fn = compile((x: tf.Tensor, w: tf.Tensor) =>
      tf.grad((w: tf.Tensor) => tf.sum(tf.tanh(tf.matMul(x, w))))(w),
    );
    fn(x, w).dispose();
    const before = memoryUse();
    for (let i = 0; i < 200; i++) fn(x, w).dispose();
    for (let i = 0; i < 5; i++) {
      const other = compile((x: tf.Tensor) => tf.matMul(x, w));
      other(x).dispose();
      other.dispose();
    }
    const after = memoryUse();
    expect(after.tensors).toBe(before.tensors);
    expect(after.nativeTensors).toBe(before.nativeTensors);
  });
});
