import { activeInterception } from '../backend/active-backend.ts';
import {
  adamwUpdate,
  attention,
  biasedSum,
  causalConv3d,
  compile,
  createRandom,
  crossEntropy,
  gelu,
  gatedAdd,
  geluTanh,
  layerNorm,
  linear,
  lowRankLinear,
  packedAttention,
  residualAdd,
  rmsNorm,
  rotary,
  silu,
  tf,
  topK,
} from '../index.ts';
import type { OpValues } from './every-op.test.fixture.ts';

interface FusedValues {
  readonly instructions: string;
  readonly values: OpValues;
  /** With products of pairs of bfloat16, TensorFlow's too, where the processor has such. */
  readonly halves: OpValues;
}

/** The kernels in use, and what our own operations and their gradients give with them, in sizes that fit no register. */
export function fusedValues(): FusedValues {
  const random = createRandom(17);
  const normal = (...shape: number[]) => random.normalTensor(shape);
  const values: Record<string, number[]> = {};
  const keep = (name: string, fn: (...x: tf.Tensor[]) => tf.Tensor, ...inputs: tf.Tensor[]) => {
    const shape = tf.tidy(() => fn(...inputs).shape);
    const { value, grads } = tf.valueAndGrads(fn)(inputs, createRandom(5).normalTensor(shape));
    [value, ...grads].forEach((tensor, i) => (values[`${name} ${i}`] = [...tensor.dataSync()]));
  };
  const at = (inputs: tf.Tensor[], i: number) => inputs[i] as tf.Tensor;
  keep('layerNorm', (...t) => layerNorm(at(t, 0), { gain: at(t, 1), bias: at(t, 2) }, 1e-5), normal(9, 37), normal(37), normal(37)); // prettier-ignore
  keep('layerNorm in groups', (...t) => layerNorm(at(t, 0), { gain: at(t, 1), bias: at(t, 2) }, 1e-5), normal(6, 21), normal(2, 21), normal(2, 21)); // prettier-ignore
  keep('rmsNorm', (...t) => rmsNorm(at(t, 0), at(t, 1), 1e-6), normal(5, 50), normal(50));
  for (const [name, activation] of Object.entries({ gelu, geluTanh, silu })) {
    keep(name, (x) => activation(x), tf.mul(normal(7, 33), 3));
  }
  keep('linear', (...t) => linear(at(t, 0), at(t, 1), at(t, 2)), normal(11, 9), normal(5, 9), normal(5));
  for (const [rows, rank] of [
    [29, 32],
    [7, 3],
  ] as const) {
    keep(`lowRankLinear ${rank}`, (...t) => lowRankLinear(at(t, 0), { weight: at(t, 1), bias: at(t, 2), down: at(t, 3), up: at(t, 4), scale: tf.scalar(0.5) }), normal(rows, 9), normal(270, 9), normal(270), normal(rank, 9), normal(270, rank)); // prettier-ignore
  }
  const heads = () => normal(1, 2, 210, 20);
  keep('attention', (...t) => attention(at(t, 0), at(t, 1), at(t, 2), { causal: true }), heads(), heads(), heads()); // prettier-ignore
  keep('attention in blocks', (...t) => attention(at(t, 0), at(t, 1), at(t, 2), { causalBlock: 70 }), normal(1, 1, 200, 8), normal(1, 1, 200, 8), normal(1, 1, 200, 8)); // prettier-ignore
  keep('packedAttention', (x) => packedAttention(x, { heads: 2 }), normal(2, 5, 3, 60));
  const tables = { cos: normal(3, 10), sin: normal(3, 10) };
  keep('rotary', (x) => rotary(x, tables), normal(2, 3, 30));
  keep('residualAdd', (...t) => residualAdd(at(t, 0), at(t, 1)), normal(6, 21), normal(6, 21));
  keep('gatedAdd', (...t) => gatedAdd(at(t, 0), at(t, 1), at(t, 2)), normal(6, 21), normal(2, 21), normal(6, 21)); // prettier-ignore
  keep('biasedSum', (...t) => biasedSum([at(t, 0), at(t, 1)], at(t, 2)), normal(6, 21), normal(6, 21), normal(21)); // prettier-ignore
  const targets = tf.tensor1d([3, 0, 40], 'int32');
  keep('crossEntropy', (x) => crossEntropy(x, targets, { labelSmoothing: 0.1 }), normal(3, 41));
  const largest = topK(normal(3, 1000), 30, { logSums: true });
  for (const [name, tensor] of Object.entries(largest))
    values[`topK ${name}`] = [...(tensor as tf.Tensor).dataSync()];
  const halves: Record<string, number[]> = {};
  const keepHalves = (name: string, fn: (...x: tf.Tensor[]) => tf.Tensor, ...inputs: tf.Tensor[]) => {
    const withGradients = compile(
      (dy: tf.Tensor, ...given: tf.Tensor[]) => {
        const { value, grads } = tf.valueAndGrads(fn)(given, dy);
        return [value, ...grads];
      },
      { precision: 'bf16' },
    );
    const shape = tf.tidy(() => fn(...inputs).shape);
    withGradients(normal(...shape), ...inputs).forEach((tensor, i) => {
      halves[`${name}, ${i}`] = [...tensor.dataSync()];
    });
    withGradients.dispose();
  };
  const scaled = (...shape: number[]) => tf.mul(normal(...shape), 0.1);
  keepHalves('linear', (...t) => linear(at(t, 0), at(t, 1), at(t, 2)), scaled(11, 19), normal(5, 19), normal(5)); // prettier-ignore
  keepHalves('convolution', (...t) => causalConv3d(at(t, 0), at(t, 1), at(t, 2)), scaled(1, 3, 6, 6, 17), scaled(3, 3, 3, 17, 4), normal(4)); // prettier-ignore
  for (const [queries, keys, depth] of [
    [205, 301, 40],
    [320, 320, 128],
  ] as const) {
    const rows = (count: number) => normal(1, 2, count, depth);
    keepHalves(`attention of ${queries} to ${keys}`, (...t) => attention(at(t, 0), at(t, 1), at(t, 2)), rows(queries), rows(keys), rows(keys)); // prettier-ignore
  }
  const scalars = {
    stepSize: tf.scalar(0.1),
    kept: tf.scalar(0.99),
    rootCorrection2: tf.scalar(0.1),
    gradientScale: tf.scalar(0.5),
  };
  const state = { parameter: normal(19), first: normal(19), second: tf.square(normal(19)) };
  const next = adamwUpdate(state, normal(19), scalars, { beta1: 0.9, beta2: 0.99, eps: 1e-8 });
  for (const [name, tensor] of Object.entries(next)) values[`adamw ${name}`] = [...tensor.dataSync()];
  return { instructions: activeInterception()?.native.kernelInstructions() ?? 'none', values, halves };
}
