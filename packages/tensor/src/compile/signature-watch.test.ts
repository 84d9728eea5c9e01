import { beforeAll, describe, expect, it } from 'vitest';
import { compile, startBackend, tf } from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

type Batch = { readonly tokens: tf.Tensor; readonly rate: tf.Tensor };

function watched(maxSignatures: number) {
  const notices: string[] = [];
  const fn = compile(({ tokens, rate }: Batch, offset: tf.Tensor) => tf.add(tf.mul(tokens, rate), offset), {
    name: 'shift',
    maxSignatures,
    onNotice: (notice) => notices.push(notice),
  });
  const call = (...shape: number[]) => {
    fn({ tokens: tf.ones(shape), rate: tf.scalar(2) }, tf.scalar(1)).dispose();
  };
  return { fn, call, notices };
}

describe('a function that keeps changing its signature', () => {
  it('is reported once, with the argument that changes and what it was', () => {
    const { call, notices } = watched(3);
    for (let length = 1; length <= 5; length++) call(length, 4);
    expect(notices).toEqual([]);
    call(6, 4);
    for (let length = 7; length <= 20; length++) call(length, 4);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^shift has been recorded 6 times/);
    expect(notices[0]).toContain(
      'keep changing: [0].tokens was float32 [1 4], float32 [2 4], float32 [3 4], float32 [4 4] … (6 in all). ' +
        '3 recordings are kept.',
    );
  });

  it('isn’t where the same few signatures come back and are kept', () => {
    const { call, notices } = watched(3);
    for (let i = 0; i < 30; i++) call(1 + (i % 3));
    expect(notices).toEqual([]);
  });

  it('is told apart from one whose arguments come and go', () => {
    const notices: string[] = [];
    const fn = compile((inputs: Readonly<Record<string, tf.Tensor>>) => tf.addN(Object.values(inputs)), {
      maxSignatures: 1,
      onNotice: (notice) => notices.push(notice),
    });
    fn({ a: tf.scalar(1) });
    fn({ a: tf.scalar(1), b: tf.scalar(2) });
    expect(notices[0]).toContain('[0].b was absent, float32 []');
    expect(notices[0]).not.toContain('[0].a was');
  });
});
