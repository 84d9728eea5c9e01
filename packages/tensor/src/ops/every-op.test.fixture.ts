import {
  attention,
  biasedSum,
  causalConv3d,
  compile,
  conv1d,
  createRandom,
  crossEntropy,
  embedding,
  gelu,
  gatedAdd,
  geluTanh,
  layerNorm,
  linear,
  lowRankLinear,
  modulate,
  multiHeadAttention,
  packedAttention,
  residualAdd,
  rmsNorm,
  rotary,
  silu,
  tf,
  topK,
} from '../index.ts';

/** Results by name, the same numbers wherever they are computed. */
export type OpValues = Readonly<Record<string, readonly number[]>>;

/** Every op of this package on fixed inputs, plain (`gelu`) and through a compiled function (`gelu, compiled`). */
export function everyOp(): OpValues {
  const random = createRandom(5);
  const normal = (...shape: number[]) => random.normalTensor(shape);
  const [x, gain, bias] = [normal(3, 8), normal(8), normal(8)];
  const [q, k, v] = [normal(2, 2, 5, 4), normal(2, 2, 5, 4), normal(2, 2, 5, 4)];
  const [weight, table, logits] = [normal(6, 8), normal(7, 3), normal(4, 7)];
  const [video, kernel3d, kernelBias] = [normal(1, 3, 4, 4, 2), normal(3, 3, 3, 2, 2), normal(2)];
  const [signal, kernel1d] = [normal(1, 9, 2), normal(3, 2, 3)];
  const [long, asking, told, packed] = [
    normal(1, 2, 40, 6),
    normal(1, 3, 8),
    normal(1, 4, 8),
    normal(2, 4, 3, 24),
  ];
  const [cosines, sines] = [normal(3, 4), normal(3, 4)];
  const [gates, shiftedX] = [normal(3, 8), normal(3, 8)];
  const [down, up] = [normal(3, 8), normal(6, 3)];
  const mask = tf.linalg.bandPart(tf.ones([5, 5]), 0, -1);
  const ids = tf.tensor([3, 0, 6, 3], [4], 'int32');
  const ops: Readonly<Record<string, () => tf.Tensor>> = {
    layerNorm: () => layerNorm(x, { gain, bias }, 1e-5),
    'layerNorm without weights': () => layerNorm(x, undefined, 1e-5),
    rmsNorm: () => rmsNorm(x, gain, 1e-6),
    modulate: () => modulate(x, { shift: bias, scale: gain, gate: bias }, 1e-6),
    rotary: () => rotary(asking, { cos: cosines, sin: sines }),
    gatedAdd: () => gatedAdd(x, gates, shiftedX),
    residualAdd: () => residualAdd(x, shiftedX),
    biasedSum: () => biasedSum([x, gates, shiftedX], bias),
    gelu: () => gelu(x),
    geluTanh: () => geluTanh(x),
    silu: () => silu(x),
    linear: () => linear(x, weight),
    lowRankLinear: () => lowRankLinear(x, { weight, down, up, scale: tf.scalar(1.5) }),
    topK: () => topK(x, 3).values,
    attention: () => attention(q, k, v),
    'causal attention': () => attention(q, k, v, { causal: true }),
    'masked attention': () => attention(q, k, v, { mask, scale: 0.3 }),
    'attention, causal in blocks': () => attention(q, k, v, { causalBlock: 2 }),
    'attention over a block': () => attention(long, long, long, { causal: true }),
    multiHeadAttention: () => multiHeadAttention(asking, told, told, { heads: 2 }),
    packedAttention: () => packedAttention(packed, { heads: 2, causal: true }),
    embedding: () => embedding(ids, table),
    crossEntropy: () => crossEntropy(logits, ids),
    'crossEntropy, smoothed': () => crossEntropy(logits, ids, { labelSmoothing: 0.1 }),
    causalConv3d: () => causalConv3d(video, kernel3d, kernelBias),
    conv1d: () => conv1d(signal, kernel1d, undefined, { stride: 2, padding: 1 }),
  };
  return Object.fromEntries(
    Object.entries(ops).flatMap(([name, op]) => [
      [name, [...op().dataSync()]],
      [`${name}, compiled`, [...compile(op)().dataSync()]],
    ]),
  );
}
