import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../index.ts';
import { createRandom } from './random.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

describe('createRandom', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).normal);
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('goes on from a stored state, in the middle of a pair of normals too', () => {
    const random = createRandom(5);
    random.normal();
    const restored = createRandom(
      JSON.parse(JSON.stringify(random.state())) as ReturnType<typeof random.state>,
    );
    expect([restored.normal(), restored.uniform(), restored.integer(0, 1000)]).toEqual([
      random.normal(),
      random.uniform(),
      random.integer(0, 1000),
    ]);
  });

  it('has the moments of a standard normal', () => {
    const random = createRandom(1);
    const n = 200_000;
    const values = Array.from({ length: n }, random.normal);
    const moment = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  it('permutes', () => {
    const order = createRandom(2).permutation(100);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...order]).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('forks by purpose, whatever was drawn before', () => {
    const first = createRandom(9);
    const second = createRandom(9);
    second.normal();
    expect(first.fork('noise').uniform()).toBe(second.fork('noise').uniform());
    expect(first.fork('noise').uniform()).not.toBe(first.fork('order').uniform());
  });

  it('makes tensors', () => {
    const tensor = createRandom(1).normalTensor([2, 3], 0.1);
    expect(tensor.shape).toEqual([2, 3]);
    expect(Math.max(...tensor.dataSync().map(Math.abs))).toBeLessThan(0.6);
    const uniform = createRandom(1).uniformTensor([100], 2, 3).dataSync();
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...uniform)).toBeLessThanOrEqual(3);
    expect(Math.max(...uniform) - Math.min(...uniform)).toBeGreaterThan(0.9);
  });
});
