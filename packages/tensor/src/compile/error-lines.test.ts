import { beforeAll, describe, expect, it } from 'vitest';
import { embedding, layerNorm, startBackend, TensorError, tf } from '../index.ts';
import { compile } from './compile.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

/** The line of this file on which `text` stands behind a `//`. */
async function lineOf(text: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const lines = (await readFile(new URL(import.meta.url), 'utf8')).split('\n');
  return `error-lines.test.ts:${lines.findIndex((line) => line.endsWith(`// ${text}`)) + 1}:`;
}

function errorOf(run: () => unknown): TensorError {
  try {
    run();
  } catch (error) {
    if (error instanceof TensorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('an error while recording', () => {
  it('names the call of tfjs, the function it stands in, and the line', async () => {
    function score(x: tf.Tensor): tf.Tensor {
      return tf.matMul(x, tf.ones([3, 4])); // shapes differ
    }
    const { code, message } = errorOf(() => compile(score, { name: 'scores' })(tf.ones([2, 2])));
    expect(code).toBe('RECORDING_FAILED');
    expect(message).toContain('while recording scores, matMul at ');
    expect(message).toContain(await lineOf('shapes differ'));
    expect(message).toContain(
      ', in score: recording BatchMatMulV2 failed: Dimensions must be equal, but are 2 and 3',
    );
    expect(message).toContain('[2,2], [3,4]');
    expect(message).not.toMatch(/\{\{|\[\[/);
  });

  it('leads past this package’s own operations to whoever called them', async () => {
    const norm = (x: tf.Tensor) => layerNorm(x, { gain: tf.ones([3]), bias: tf.zeros([3]) }, 1e-5); // norm
    const { message } = errorOf(() => compile(norm)(tf.ones([2, 2])));
    expect(message).toContain('layerNorm at ');
    expect(message).toContain(await lineOf('norm'));
  });

  it('names the operation whose gradient failed', async () => {
    const broken = tf.customGrad((x) => ({
      value: tf.clone(x as tf.Tensor),
      gradFunc: (dy) => tf.matMul(dy, tf.ones([7, 7])),
    }));
    const loss = (x: tf.Tensor) => tf.sum(broken(x)); // forward
    const { message } = errorOf(() => compile((x: tf.Tensor) => tf.grad(loss)(x))(tf.ones([2, 2])));
    expect(message).toContain('gradient of ');
    expect(message).toContain(await lineOf('forward'));
  });
});

describe('an error while running', () => {
  const rows = (table: tf.Tensor, ids: tf.Tensor) => {
    const doubled = tf.mul(table, 2);
    return tf.add(embedding(ids, doubled), 1); // lookup
  };

  it('names the operation, and the line that recorded it', async () => {
    const fn = compile(rows, { name: 'lookup' });
    const table = tf.ones([3, 2]);
    fn(table, tf.tensor([0, 2], [2], 'int32')).dispose();
    const { code, message } = errorOf(() => fn(table, tf.tensor([0, 9], [2], 'int32')));
    expect(code).toBe('RUN_FAILED');
    expect(message).toContain('while running lookup: GatherV2 (embedding at ');
    expect(message).toContain(await lineOf('lookup'));
    expect(message).toContain(', in rows): indices[1] = 9 is not in [0, 3)');
    expect(message).not.toMatch(/\{\{|\[\[/);
  });

  it('tells the same of one that was recorded first and of one recorded later', async () => {
    const [first, second] = [compile(rows, { name: 'first' }), compile(rows, { name: 'second' })];
    const [table, bad] = [tf.ones([3, 2]), tf.tensor([7, 0], [2], 'int32')];
    second.prepare(table, bad);
    for (const fn of [first, second]) {
      expect(errorOf(() => fn(table, bad)).message).toContain(await lineOf('lookup'));
    }
  });

  it('leaves the function usable', () => {
    const fn = compile(rows);
    const table = tf.ones([3, 2]);
    errorOf(() => fn(table, tf.tensor([9], [1], 'int32')));
    expect([...fn(table, tf.tensor([1], [1], 'int32')).dataSync()]).toEqual([3, 3]);
  });
});
