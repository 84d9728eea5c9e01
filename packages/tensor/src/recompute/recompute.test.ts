import { beforeAll, describe, expect, it } from 'vitest';
import {
  attention,
  compile,
  createRandom,
  crossEntropy,
  embedding,
  flatten,
  gelu,
  layerNorm,
  linear,
  memoryUse,
  operationTimes,
  profile,
  recompute,
  rotary,
  startBackend,
  tf,
} from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(3);
const normal = (...shape: number[]) => random.normalTensor(shape, 0.5);

type Layer = {
  readonly gain: tf.Tensor;
  readonly bias: tf.Tensor;
  readonly up: tf.Tensor;
  readonly down: tf.Tensor;
};
const layer = (): Layer => ({ gain: normal(6), bias: normal(6), up: normal(12, 6), down: normal(6, 12) });

/** x `[b t c]` */
function block(x: tf.Tensor, { gain, bias, up, down }: Layer): tf.Tensor {
  const heads = tf.expandDims(x, 1);
  const mixed = tf.add(x, tf.squeeze(attention(heads, heads, heads), [1]));
  return tf.add(mixed, linear(gelu(linear(layerNorm(mixed, { gain, bias }, 1e-5), up)), down));
}

type Block = typeof block;
const network = (blockOf: Block) => (x: tf.Tensor, layers: readonly Layer[]) =>
  layers.reduce((x, layer) => blockOf(x, layer), x);

/** Loss and gradients with respect to x and all parameters. */
function gradientsOf(blockOf: Block) {
  return (x: tf.Tensor, layers: readonly Layer[]): tf.Tensor[] => {
    const inputs = [x, ...flatten(layers).tensors];
    const loss = () => tf.mean(tf.square(network(blockOf)(x, layers)));
    const { value, grads } = tf.engine().gradients(loss, inputs);
    return [value, ...grads];
  };
}

function expectEqual(actual: readonly tf.Tensor[], expected: readonly tf.Tensor[], tolerance = 1e-5): void {
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  actual.forEach((tensor, i) => {
    const other = expected[i] as tf.Tensor;
    const scale = Math.max(1e-3, tf.max(tf.abs(other)).dataSync()[0] ?? NaN);
    const difference = tf.max(tf.abs(tf.sub(tensor, other))).dataSync()[0] ?? NaN;
    expect(difference / scale).toBeLessThan(tolerance);
  });
}

const waysToRecompute: Readonly<Record<string, Block>> = {
  'parameters as arguments': recompute(block),
  'parameters from outside': (x, layer) => recompute((x: tf.Tensor) => block(x, layer))(x),
  'everything from outside': (x, layer) => recompute(() => block(x, layer))(),
  nested: (x, layer) =>
    recompute((x: tf.Tensor) => recompute(block)(recompute((x: tf.Tensor) => block(x, layer))(x), layer))(x),
};

describe.each(Object.entries(waysToRecompute))('%s', (name, recomputed) => {
  const plainBlock: Block = name === 'nested' ? (x, layer) => block(block(x, layer), layer) : block;
  const inputs = (): [tf.Tensor, Layer[]] => [normal(2, 3, 6), [layer(), layer(), layer()]];

  it('gives the gradients of plain execution, op by op and compiled', () => {
    const [x, layers] = inputs();
    const expected = gradientsOf(plainBlock)(x, layers);
    expectEqual(gradientsOf(recomputed)(x, layers), expected);
    expectEqual(compile(gradientsOf(recomputed))(x, layers), expected);
  });

  it('gives them in bf16, too', () => {
    const [x, layers] = inputs();
    const [expected, actual] = [plainBlock, recomputed].map((block) =>
      compile(gradientsOf(block), { precision: 'bf16' })(x, layers),
    );
    expectEqual(actual as tf.Tensor[], expected as tf.Tensor[]);
  });
});

describe('recompute', () => {
  it('gives the same with XLA', () => {
    const [x, layers] = [normal(2, 3, 6), [layer(), layer()]];
    const [expected, actual] = [block, recompute(block)].map((block) =>
      compile(gradientsOf(block), { xla: true })(x, layers),
    );
    expectEqual(actual as tf.Tensor[], expected as tf.Tensor[]);
  });

  it('takes and returns trees, integers among them', () => {
    const lookUp = ({ ids, table }: { ids: tf.Tensor; table: tf.Tensor }) => {
      const rows = embedding(ids, table);
      return { rows: tf.mul(rows, rows), ids, sums: [tf.sum(rows), tf.sum(tf.mul(rows, rows), 0)] };
    };
    const ids = tf.tensor([2, 0, 2], [3], 'int32');
    const table = normal(4, 3);
    const gradient = (look: typeof lookUp) => (table: tf.Tensor) =>
      tf.grad((table: tf.Tensor) => {
        const { rows, ids: same, sums } = look({ ids, table });
        return tf.addN([
          tf.sum(embedding(same, rows)),
          tf.mul(sums[0] as tf.Tensor, 2),
          tf.sum(sums[1] as tf.Tensor),
        ]);
      })(table);
    const expected = gradient(lookUp)(table);
    expectEqual([gradient(recompute(lookUp))(table)], [expected]);
    expectEqual([compile(gradient(recompute(lookUp)))(table)], [expected]);
  });

  it.each<[string, (x: tf.Tensor, w: tf.Tensor) => tf.Tensor]>([
    ['an argument returned as it is', (x) => x],
    ['a tensor from outside returned as it is', (_, w) => w],
    ['an argument that isn’t used', (_, w) => tf.mul(w, 3)],
    ['one used twice', (x, w) => tf.mul(tf.mul(x, x), w)],
  ])('%s', (_, fn) => {
    const [x, w] = [normal(3), normal(3)];
    const gradients = (f: typeof fn) => (x: tf.Tensor, w: tf.Tensor) =>
      tf.engine().gradients(() => tf.sum(tf.add(tf.mul(f(x, w), x), w)), [x, w]).grads;
    const once: typeof fn = (x, w) => recompute((x: tf.Tensor) => fn(x, w))(x);
    expectEqual(compile(gradients(once))(x, w), gradients(fn)(x, w));
    expectEqual(gradients(once)(x, w), gradients(fn)(x, w));
    expectEqual(gradients(recompute(fn))(x, w), gradients(fn)(x, w));
  });

  it('keeps what operations use beside their inputs, though it was made and disposed before', () => {
    const [table, numbers] = [normal(5, 3), tf.tensor([1, 2, 0, 4], [4], 'int32')];
    const angles = tf.tensor([0.1, 0.2, 0.3, 0.4], [2, 2]);
    const x = normal(1, 2, 4);
    type Fn = (x: tf.Tensor) => tf.Tensor;
    const gradients = (wrap: (fn: Fn) => Fn) => (x: tf.Tensor, table: tf.Tensor) =>
      tf.engine().gradients(() => {
        const [ids, cos, sin] = [tf.add(numbers, tf.scalar(0, 'int32')), tf.cos(angles), tf.sin(angles)]; // gone when this returns
        const turned = wrap((x: tf.Tensor) => rotary(x, { cos, sin }))(x);
        const rows = wrap((table: tf.Tensor) =>
          crossEntropy(embedding(ids, table), tf.tensor1d([0, 1, 2, 0], 'int32')),
        )(table);
        return tf.add(tf.sum(tf.square(turned)), tf.sum(rows));
      }, [x, table]).grads;
    const expected = gradients((fn) => fn)(x, table);
    expectEqual(gradients((fn) => recompute(fn))(x, table), expected);
    expectEqual(compile(gradients((fn) => recompute(fn)))(x, table), expected);
  });

  it('takes the same tensor as two arguments', () => {
    const fn = recompute((a: tf.Tensor, b: tf.Tensor) => tf.mul(a, tf.square(b)));
    const x = tf.tensor([1, 2]);
    expect([
      ...tf
        .grad((x: tf.Tensor) => tf.sum(fn(x, x)))(x)
        .dataSync(),
    ]).toEqual([3, 12]);
  });

  it('serves tf.variableGrads', () => {
    const w = tf.variable(tf.tensor([1, 2, 3]));
    const fn = recompute((x: tf.Tensor) => tf.mul(tf.square(w), x));
    const { grads } = tf.variableGrads(() => tf.sum(fn(tf.tensor([1, 1, 2]))));
    expect([...(grads[w.name]?.dataSync() ?? [])]).toEqual([2, 4, 12]);
    w.dispose();
  });

  it('has second derivatives', () => {
    const fn = recompute((x: tf.Tensor) => tf.mul(tf.square(x), x));
    const second = tf.grad((x: tf.Tensor) => tf.sum(tf.grad((x: tf.Tensor) => tf.sum(fn(x)))(x)));
    expect([...second(tf.tensor([1, 2])).dataSync()]).toEqual([6, 12]);
    expect([...compile((x: tf.Tensor) => second(x))(tf.tensor([1, 2])).dataSync()]).toEqual([6, 12]);
  });

  it('runs the function once where no gradient is asked for', () => {
    let runs = 0;
    const fn = recompute((x: tf.Tensor) => (runs++, tf.mul(x, 2)));
    expect([...fn(tf.ones([2])).dataSync()]).toEqual([2, 2]);
    expect(runs).toBe(1);
  });

  it('differentiates by what is asked for only', () => {
    const [x, frozen] = [normal(2, 3), normal(3, 3)];
    const fn = recompute((x: tf.Tensor, w: tf.Tensor) => tf.square(tf.matMul(x, w)));
    const gradient = compile((x: tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(fn(x, frozen)))(x));
    const all = compile((x: tf.Tensor, w: tf.Tensor) =>
      tf.grads((x: tf.Tensor, w: tf.Tensor) => tf.sum(fn(x, w)))([x, w]),
    );
    expect(gradient.prepare(x)?.nodeCount).toBeLessThan(all.prepare(x, frozen)?.nodeCount ?? 0);
  });

  it('is computed twice by what TensorFlow makes of the graph: its optimiser merges nothing', async () => {
    const [x, w] = [normal(2, 4), normal(3, 4)];
    const step = (fn: (x: tf.Tensor, w: tf.Tensor) => tf.Tensor) =>
      compile((x: tf.Tensor, w: tf.Tensor) =>
        tf.grads((x: tf.Tensor, w: tf.Tensor) => tf.sum(tf.square(fn(tf.tanh(x), w))))([x, w]),
      );
    const activations = async (fn: (x: tf.Tensor, w: tf.Tensor) => tf.Tensor) => {
      const { trace } = await profile(() => step(fn)(x, w));
      return operationTimes(trace).filter(({ name }) => name.startsWith('Sigmoid '))[0]?.count;
    };
    const mlp = (x: tf.Tensor, w: tf.Tensor) => tf.sigmoid(linear(x, w));
    expect(await activations(mlp)).toBe(1);
    expect(await activations(recompute(mlp))).toBe(2);
  });

  it('refuses numbers that would differ the second time', () => {
    const noisy = recompute((x: tf.Tensor) => tf.dropout(x, 0.5));
    expect(() => tf.grad((x: tf.Tensor) => tf.sum(noisy(x)))(tf.ones([8]))).toThrow(
      /would differ the second time/,
    );
    expect(Math.random()).toBeLessThan(1);
  });

  it('leaves errors their lines, and the engine working', () => {
    const broken = recompute((x: tf.Tensor) => tf.matMul(x, tf.ones([9, 9])));
    const gradient = compile((x: tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(broken(x)))(x));
    expect(() => gradient(tf.ones([2, 2]))).toThrow(/matMul at .*recompute\.test\.ts/);
    expect([
      ...tf
        .grad((x: tf.Tensor) => tf.sum(recompute((x: tf.Tensor) => tf.square(x))(x)))(tf.ones([2]))
        .dataSync(),
    ]).toEqual([2, 2]);
  });

  it('leaves no tensors behind', () => {
    const [x, layers] = [normal(2, 3, 6), [layer(), layer()]];
    const run = () => {
      tf.dispose(gradientsOf(recompute(block))(x, layers));
    };
    run();
    const before = memoryUse();
    for (let i = 0; i < 3; i++) tf.tidy(run);
    expect(memoryUse().tensors).toBe(before.tensors);
    expect(memoryUse().nativeTensors).toBe(before.nativeTensors);
  });
});
