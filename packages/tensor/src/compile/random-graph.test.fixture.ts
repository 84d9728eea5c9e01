import type { Random } from '../index.ts';
import {
  attention,
  causalConv3d,
  conv1d,
  crossEntropy,
  embedding,
  gelu,
  geluTanh,
  layerNorm,
  linear,
  modulate,
  recompute,
  rmsNorm,
  silu,
  tf,
} from '../index.ts';

/** A function of some tensors: a random net of the operations that models use. */
export interface RandomGraph {
  readonly inputs: readonly tf.Tensor[];
  /** The loss, then its gradient with respect to each input. */
  readonly lossAndGradients: (...inputs: tf.Tensor[]) => tf.Tensor[];
  /** Names of operations, in order. */
  readonly operations: readonly string[];
}

const EPS = 1e-2; // norms of rows that are nearly constant would magnify rounding without end
const MOST_ELEMENTS = 600;

/** What an operation can be given: the tensor it works on, others of any shape, and new parameters. */
interface Choice {
  readonly x: tf.Tensor;
  readonly random: Random;
  /** Another tensor of the pool that has x's shape, or x itself. */
  readonly like: Operand;
  /** A new input of this shape. */
  readonly parameter: (...shape: number[]) => Operand;
}

/** A tensor by its place, so that the same graph can be built from others. */
type Operand = (pool: readonly tf.Tensor[]) => tf.Tensor;
type Step = (x: tf.Tensor, pool: readonly tf.Tensor[]) => tf.Tensor;

const last = ({ shape }: tf.Tensor) => shape.at(-1) ?? 1;
const rows = ({ shape: [count = 1] }: tf.Tensor) => count;
const unary = (fn: (x: tf.Tensor) => tf.Tensor) => () => fn;
const binary =
  (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) =>
  ({ like }: Choice): Step =>
  (x, pool) =>
    fn(x, like(pool));
const ofRank =
  (rank: number, make: (choice: Choice) => Step) =>
  (choice: Choice): Step | undefined =>
    choice.x.rank === rank ? make(choice) : undefined;
const fromRank =
  (rank: number, make: (choice: Choice) => Step) =>
  (choice: Choice): Step | undefined =>
    choice.x.rank >= rank ? make(choice) : undefined;

/** Operations; undefined where one doesn't fit the tensor. */
const OPERATIONS: Readonly<Record<string, (choice: Choice) => Step | undefined>> = {
  tanh: unary(tf.tanh),
  sigmoid: unary(tf.sigmoid),
  gelu: unary(gelu),
  geluTanh: unary(geluTanh),
  silu: unary(silu),
  relu: unary(tf.relu),
  softplus: unary(tf.softplus),
  sin: unary(tf.sin),
  abs: unary(tf.abs),
  exp: unary((x) => tf.exp(tf.tanh(x))),
  sqrt: unary((x) => tf.sqrt(tf.add(tf.square(x), 1))),
  clip: unary((x) => tf.clipByValue(x, -0.8, 0.9)),
  scale: ({ random }) => {
    const by = random.uniform();
    return (x) => tf.add(tf.mul(x, by), by);
  },
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary((a, b) => tf.mul(tf.tanh(a), b)),
  div: binary((a, b) => tf.div(a, tf.add(tf.square(b), 1))),
  maximum: binary(tf.maximum),
  minimum: binary(tf.minimum),
  squaredDifference: binary((a, b) => tf.squaredDifference(tf.tanh(a), tf.tanh(b))),
  where: ({ x, random, like }) => {
    const chosen = Uint8Array.from({ length: x.size }, () => random.integer(0, 1));
    return (x, pool) => tf.where(tf.tensor(chosen, x.shape, 'bool'), x, like(pool));
  },
  concat: ({ x, random, like }) => {
    if (x.rank === 0 || 2 * x.size > MOST_ELEMENTS) return undefined;
    const axis = random.integer(0, x.rank - 1);
    return (x, pool) => tf.concat([x, like(pool)], axis);
  },
  stack: ({ x, like }) =>
    x.rank > 3 || 2 * x.size > MOST_ELEMENTS ? undefined : (x, pool) => tf.stack([x, like(pool)]),
  broadcast: fromRank(1, ({ x, parameter }) => {
    const row = parameter(last(x));
    return (x, pool) => tf.mul(tf.add(x, row(pool)), tf.sigmoid(row(pool)));
  }),
  sum: fromRank(1, ({ x, random }) => {
    const axis = random.integer(0, x.rank - 1);
    return (x) => tf.mul(tf.sum(x, axis), 0.3);
  }),
  mean: fromRank(1, ({ random }) => {
    const keep = random.uniform() < 0.5;
    return (x) => tf.mean(x, -1, keep);
  }),
  max: fromRank(2, () => (x) => tf.max(x, 0)),
  logSumExp: fromRank(2, () => (x) => tf.logSumExp(x, -1)),
  cumsum: fromRank(2, () => (x) => tf.mul(tf.cumsum(x, x.rank - 1), 0.3)),
  softmax: fromRank(1, () => (x) => tf.mul(tf.softmax(x), 2)),
  logSoftmax: fromRank(2, () => (x) => tf.logSoftmax(x)),
  layerNorm: fromRank(2, ({ x, parameter }) => {
    const [gain, bias] = [parameter(last(x)), parameter(last(x))];
    return (x, pool) => layerNorm(x, { gain: gain(pool), bias: bias(pool) }, EPS);
  }),
  bareLayerNorm: fromRank(2, () => (x) => layerNorm(x, undefined, EPS)),
  rmsNorm: fromRank(2, ({ x, parameter }) => {
    const gain = parameter(last(x));
    return (x, pool) => rmsNorm(x, gain(pool), EPS);
  }),
  modulate: fromRank(2, ({ x, parameter }) => {
    const [shift, scale, gate] = [parameter(last(x)), parameter(last(x)), parameter(last(x))];
    return (x, pool) => modulate(x, { shift: shift(pool), scale: scale(pool), gate: gate(pool) }, EPS);
  }),
  linear: fromRank(2, ({ x, random, parameter }) => {
    const out = random.integer(1, 8);
    const [weight, bias] = [parameter(out, last(x)), parameter(out)];
    return (x, pool) => linear(x, weight(pool), bias(pool));
  }),
  matMul: fromRank(
    2,
    ({ x, like }) =>
      (a, pool) =>
        tf.mul(tf.matMul(a, like(pool), false, true), 1 / last(x)),
  ),
  transpose: fromRank(2, ({ x, random }) => {
    const axes = [...random.permutation(x.rank)];
    return (x) => tf.transpose(x, axes);
  }),
  reshape: fromRank(1, ({ x, random }) => {
    const sizes = Array.from({ length: x.size }, (_, i) => i + 1).filter((size) => x.size % size === 0);
    const first = sizes[random.integer(0, sizes.length - 1)] ?? 1;
    return (x) => tf.reshape(x, [first, x.size / first]);
  }),
  slice: fromRank(1, ({ x, random }) => {
    const size = random.integer(1, rows(x));
    const from = random.integer(0, rows(x) - size);
    return (x) => tf.slice(x, [from], [size]);
  }),
  split: fromRank(2, ({ x }) => (last(x) % 2 === 0 ? (x) => tf.mul(...halves(x)) : (x) => x)),
  pad: fromRank(2, ({ x }) => {
    const widths = x.shape.map((_, i): [number, number] => (i === 0 ? [1, 2] : [0, 0]));
    return (x) => tf.pad(x, widths);
  }),
  reverse: fromRank(1, () => (x) => tf.reverse(x, 0)),
  tile: fromRank(1, ({ x }) =>
    2 * x.size > MOST_ELEMENTS
      ? (x) => x
      : (x) =>
          tf.tile(
            x,
            x.shape.map((_, i) => (i === 0 ? 2 : 1)),
          ),
  ),
  expandDims: ({ x }) => (x.rank < 4 ? (x) => tf.expandDims(x, 0) : undefined),
  squeeze: ({ x }) => (x.rank > 2 ? (x) => tf.squeeze(x) : undefined),
  embedding: ofRank(2, ({ x, random }) => {
    const ids = Int32Array.from({ length: 5 }, () => random.integer(0, rows(x) - 1));
    return (x) => embedding(tf.tensor1d(ids, 'int32'), x);
  }),
  crossEntropy: ofRank(2, ({ x, random }) => {
    const targets = Int32Array.from({ length: rows(x) }, () => random.integer(0, last(x) - 1));
    return (x) => crossEntropy(x, tf.tensor1d(targets, 'int32'));
  }),
  attention: ofRank(3, ({ random, like }) => {
    const causal = random.uniform() < 0.5;
    return (x, pool) => {
      const [q, k] = [tf.expandDims(x, 1), tf.expandDims(tf.tanh(like(pool)), 1)];
      return tf.squeeze(attention(q, k, q, { causal }), [1]);
    };
  }),
  conv1d: ofRank(3, ({ x, parameter }) => {
    const kernel = parameter(3, last(x), 3);
    return (x, pool) => tf.mul(conv1d(x, kernel(pool), undefined, { padding: 1 }), 0.5);
  }),
  conv2d: ofRank(4, ({ x, parameter }) => {
    const kernel = parameter(3, 3, last(x), 3);
    return (x, pool) => tf.mul(tf.conv2d(x as tf.Tensor4D, kernel(pool) as tf.Tensor4D, 1, 'same'), 0.3);
  }),
  causalConv3d: ofRank(4, ({ x, parameter }) => {
    const kernel = parameter(2, 3, 3, last(x), 2);
    return (x, pool) => tf.squeeze(tf.mul(causalConv3d(tf.expandDims(x, 0), kernel(pool)), 0.3), [0]);
  }),
  avgPool: ofRank(4, () => (x) => tf.avgPool(x as tf.Tensor4D, 2, 1, 'same')),
  recomputed: fromRank(2, ({ x, parameter, like }) => {
    const [up, down] = [parameter(6, last(x)), parameter(last(x), 6)];
    return (x, pool) => {
      const mlp = recompute((x: tf.Tensor, up: tf.Tensor) =>
        tf.add(linear(gelu(linear(x, up)), down(pool)), tf.tanh(like(pool))),
      );
      return mlp(x, up(pool));
    };
  }),
};

function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return tf.split(tf.tanh(x), 2, -1) as [tf.Tensor, tf.Tensor];
}

const SHAPES = [[4], [3, 4], [6, 8], [2, 3, 4], [2, 4, 6], [1, 4, 4, 2], [2, 3, 4, 2]] as const;

/** A net of 4 to 12 operations; the same random numbers give the same one. The caller disposes its inputs. */
export function randomGraph(random: Random): RandomGraph {
  const inputs: tf.Tensor[] = [];
  const operations: string[] = [];
  const pool: PoolEntry[] = [];
  const parameter = (...shape: number[]): Operand => {
    const position = inputs.push(tf.keep(random.normalTensor(shape, 0.7))) - 1;
    return (given) => given[position] as tf.Tensor;
  };
  for (let i = 0; i < 2; i++) {
    const operand = parameter(...(SHAPES[random.integer(0, SHAPES.length - 1)] ?? []));
    pool.push({ operand, value: operand(inputs) });
  }
  tf.tidy(() => {
    const count = random.integer(4, 12);
    while (operations.length < count) {
      const name = NAMES[random.integer(0, NAMES.length - 1)] ?? '';
      const entry = grow(name, pool, { random, parameter, inputs });
      if (entry === undefined) continue;
      operations.push(name);
      pool.push(entry);
    }
  });
  const loss = (given: readonly tf.Tensor[]) => {
    const means = pool.map(({ operand }, i) =>
      tf.mul(tf.mean(operand(given)), i === pool.length - 1 ? 1 : 0.1),
    );
    return tf.addN(means);
  };
  const lossAndGradients = (...given: tf.Tensor[]) => {
    const { value, grads } = tf.engine().gradients(() => loss(given), given, undefined, true);
    return [value, ...given.map((input, i) => grads[i] ?? tf.zerosLike(input))];
  };
  return { inputs, lossAndGradients, operations };
}

const NAMES = Object.keys(OPERATIONS);

interface PoolEntry {
  readonly operand: Operand;
  /** For its shape. */
  readonly value: tf.Tensor;
}

/** One more operation on something in the pool, mostly the newest, so that graphs become deep; undefined: it doesn't fit. */
function grow(
  name: string,
  pool: readonly PoolEntry[],
  {
    random,
    parameter,
    inputs,
  }: Pick<Choice, 'random' | 'parameter'> & { readonly inputs: readonly tf.Tensor[] },
): PoolEntry | undefined {
  const at = random.uniform() < 0.7 ? pool.length - 1 : random.integer(0, pool.length - 1);
  const { operand, value: x } = pool[at] as PoolEntry;
  const alike = pool.filter(({ value }) => value.shape.join() === x.shape.join());
  const like = (alike[random.integer(0, alike.length - 1)] as PoolEntry).operand;
  const step = OPERATIONS[name]?.({ x, random, like, parameter });
  if (step === undefined) return undefined;
  const result = memoised((given) => step(operand(given), given));
  const value = result(inputs);
  return value.size > MOST_ELEMENTS || value.rank > 4 ? undefined : { operand: result, value };
}

/** Computed once for the same inputs. */
function memoised(compute: Operand): Operand {
  let known: { readonly given: readonly tf.Tensor[]; readonly result: tf.Tensor } | undefined;
  return (given) => {
    if (known?.given !== given) known = { given, result: compute(given) };
    return known.result;
  };
}
