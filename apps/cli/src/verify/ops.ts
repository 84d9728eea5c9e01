import {
  attention,
  causalConv3d,
  compile,
  conv1d,
  crossEntropy,
  embedding,
  gelu,
  geluTanh,
  layerNorm,
  modulate,
  rmsNorm,
  silu,
  tf,
} from '@borealis/tensor';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf } from './golden.ts';
import { produce, tensorsUnder } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';
import { CliError } from '../cli-error.ts';

const configSchema = z.object({
  eps: z.number(),
  label_smoothing: z.number(),
  conv1d: z.object({ stride: z.int(), padding: z.int() }),
});
type OpsConfig = z.infer<typeof configSchema>;

/** An operator in torch's layouts; `of` gives the case's inputs by name. */
type Operator = (of: (input: string) => tf.Tensor, config: OpsConfig) => tf.Tensor;

const OPERATORS: Readonly<Record<string, Operator>> = {
  layer_norm: (of, { eps }) => layerNorm(of('x'), { gain: of('gain'), bias: of('bias') }, eps),
  layer_norm_plain: (of, { eps }) => layerNorm(of('x'), undefined, eps),
  rms_norm: (of, { eps }) => rmsNorm(of('x'), of('gain'), eps),
  modulate: (of, { eps }) =>
    modulate(of('x'), { shift: of('shift'), scale: of('scale'), gate: of('gate') }, eps),
  gelu_exact: (of) => gelu(of('x')),
  gelu_tanh: (of) => geluTanh(of('x')),
  silu: (of) => silu(of('x')),
  softmax: (of) => tf.softmax(of('x')),
  attention: (of) => attention(of('q'), of('k'), of('v')),
  attention_causal: (of) => attention(of('q'), of('k'), of('v'), { causal: true }),
  attention_block_causal: (of) => attention(of('q'), of('k'), of('v'), { mask: of('mask') }),
  cross_entropy: (of) => crossEntropy(of('logits'), of('targets')),
  cross_entropy_large: (of) => crossEntropy(of('logits'), of('targets')),
  cross_entropy_smoothed: (of, { label_smoothing: labelSmoothing }) =>
    crossEntropy(of('logits'), of('targets'), { labelSmoothing }),
  cross_entropy_weighted_mean: (of) => {
    const weighted = tf.mul(crossEntropy(of('logits'), of('targets')), of('token_weights'));
    return tf.div(tf.sum(weighted), tf.sum(of('token_weights')));
  },
  embedding: (of) => embedding(of('ids'), of('table')),
  causal_conv3d: (of) => {
    const video = tf.transpose(of('video'), [0, 2, 3, 4, 1]); // [b t h w c]
    const kernel = tf.transpose(of('kernel'), [2, 3, 4, 1, 0]); // [kt kh kw c out]
    return tf.transpose(causalConv3d(video, kernel, of('bias')), [0, 4, 1, 2, 3]);
  },
  strided_conv1d: (of, config) => {
    const signal = tf.transpose(of('signal'), [0, 2, 1]); // [b l c]
    const kernel = tf.transpose(of('kernel'), [2, 1, 0]); // [k c out]
    return tf.transpose(conv1d(signal, kernel, of('bias'), config.conv1d), [0, 2, 1]);
  },
};

/** `ops`: single operators of @borealis/tensor, with the gradients of `sum(output · cotangent)`. */
export function* verifyOps(golden: Golden, options: VerifierOptions): Iterable<Produced> {
  const config = configOf(golden, configSchema);
  for (const name of golden.names('outputs.')) {
    const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (operator !== undefined) yield* runCase(name, operator, { golden, config, options });
  }
}

function* runCase(
  name: string,
  operator: Operator,
  {
    golden,
    config,
    options,
  }: { readonly golden: Golden; readonly config: OpsConfig; readonly options: VerifierOptions },
): Iterable<Produced> {
  const { cotangent, ...inputs } = tensorsUnder(golden, `inputs.${name}.`);
  if (cotangent === undefined)
    throw new CliError('golden-form', `${golden.file} has no inputs.${name}.cotangent`);
  const wanted = golden.names(`grads.${name}.`);
  const run = compile(
    (inputs: Record<string, tf.Tensor>, cotangent: tf.Tensor) => {
      const forward = (...values: tf.Tensor[]) => {
        const given = { ...inputs, ...Object.fromEntries(wanted.map((key, i) => [key, values[i]])) };
        return operator(lookUp(given, golden, name), config);
      };
      const values = wanted.map(lookUp(inputs, golden, name));
      return { output: forward(...values), gradients: tf.grads(forward)(values, cotangent) };
    },
    { name, precision: options.precision },
  );
  const { output, gradients } = run(inputs, cotangent);
  tf.dispose([inputs, cotangent]);
  run.dispose();
  yield produce(`outputs.${name}`, output);
  for (const [i, gradient] of gradients.entries())
    yield produce(`grads.${name}.${wanted[i] ?? ''}`, gradient);
}

function lookUp(
  inputs: Readonly<Record<string, tf.Tensor | undefined>>,
  { file }: Golden,
  operator: string,
): (input: string) => tf.Tensor {
  return (input) => {
    const tensor = inputs[input];
    if (tensor === undefined) throw new CliError('golden-form', `${file} has no inputs.${operator}.${input}`);
    return tensor;
  };
}
