import { beforeAll, describe, expect, it } from 'vitest';
import { compile, startBackend, startTrainingBackend, tf } from '../index.ts';
import type { OpValues } from '../ops/every-op.test.fixture.ts';
import { everyOp } from '../ops/every-op.test.fixture.ts';
import { differences, opsInWorker } from './ops-in-worker.test.fixture.ts';

const notices: string[] = [];
let reference: OpValues;
beforeAll(async () => {
  const info = await startBackend({ backend: 'wasm', onNotice: (message) => notices.push(message) });
  expect(info).toMatchObject({ backend: 'wasm', compiles: false, trains: false, engine: undefined });
  const worker = await opsInWorker('tensorflow');
  expect(worker).toMatchObject({ backend: 'tensorflow', compiles: true });
  reference = worker.values;
});

describe('the WASM backend', () => {
  it('computes every op as TensorFlow does, plain and through compile()', () => {
    const off = Object.entries(differences(everyOp(), reference)).filter(([, largest]) => !(largest < 2e-5));
    expect(off).toEqual([]);
    expect(Object.keys(reference).length).toBeGreaterThan(30);
  });

  it('runs compiled functions as they are: no recording, nothing left behind', () => {
    let calls = 0;
    const fn = compile(({ x }: { x: tf.Tensor }) => {
      calls++;
      return { y: tf.mul(tf.add(x, 1), 2) };
    });
    const x = tf.tensor([1, 2]);
    expect(fn.prepare({ x })).toBeUndefined();
    expect(calls).toBe(0);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      const { y } = fn({ x });
      expect([...y.dataSync()]).toEqual([4, 6]);
      y.dispose();
    }
    expect(calls).toBe(3);
    expect(tf.memory().numTensors).toBe(before);
    fn.dispose();
  });

  it('refuses to train, and says what to do', async () => {
    await expect(startTrainingBackend({ backend: 'wasm' })).rejects.toMatchObject({
      name: 'TensorError',
      code: 'ENGINE_UNSUPPORTED',
      message: expect.stringMatching(/training needs TensorFlow.*borealis setup/),
    });
  });

  it('says nothing where it was asked for', () => {
    expect(notices).toEqual([]);
  });
});
