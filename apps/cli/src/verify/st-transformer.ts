import type { BlockParameters } from '@borealis/st-transformer';
import { block, mlp, norm, spatialAttention, temporalAttention } from '@borealis/st-transformer';
import { compile, tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import { disposeNamed, nestParameters, valueAndGradients } from '@borealis/training';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf } from './golden.ts';
import { produce, tensorsUnder, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

const configSchema = z.object({
  d_model: z.int(),
  num_heads: z.int(),
  variants: z.record(z.string(), z.object({ use_mup: z.boolean() })),
});

interface BlockOptions {
  readonly heads: number;
  readonly scale: number;
}

/** What a layer adds to the stream, and the stream after it. */
type LayerTrace = { readonly [part: string]: tf.Tensor };

/** `st_transformer`: blocks of @borealis/st-transformer, layer by layer, and the gradients of `mean(y²)`. */
export function* verifyStTransformer(golden: Golden, { precision }: VerifierOptions): Iterable<Produced> {
  const { d_model: dim, num_heads: heads, variants } = configOf(golden, configSchema);
  for (const [variant, { use_mup: mup }] of Object.entries(variants)) {
    const scale = mup ? 8 / (dim / heads) : 1 / Math.sqrt(dim / heads);
    const run = compile((trainable: NamedTensors) => evaluate(trainable, { heads, scale }), {
      name: `st_transformer_${variant}`,
      precision,
    });
    const trainable = {
      ...tensorsUnder(golden, `weights.${variant}.`),
      'inputs.x': toTensor(golden.tensor('inputs.x')),
    };
    const { traces, y, loss, gradients } = run(trainable);
    disposeNamed(trainable);
    run.dispose();
    for (const [i, { stream, ...parts }] of traces.entries()) {
      if (stream !== undefined) yield produce(`outputs.${variant}.layers.${i}`, stream);
      for (const [part, tensor] of Object.entries(parts))
        yield produce(`outputs.${variant}.layers.${i}.${part}`, tensor);
    }
    yield produce(`outputs.${variant}.y`, y);
    yield produce(`outputs.${variant}.loss`, loss);
    for (const [name, gradient] of Object.entries(gradients))
      yield produce(`grads.${variant}.${name}`, gradient);
  }
}

/** The gradients by the function that training takes them with; the input counts as a parameter here. */
function evaluate(trainable: NamedTensors, options: BlockOptions) {
  const trace = forward(nestParameters(trainable), options);
  const lossOf = (parameters: Parameters) => {
    const y = forward(parameters, options).y;
    return { loss: tf.mean(tf.square(y)), logs: {} };
  };
  const { loss, gradients } = valueAndGradients(lossOf, { trainable, frozen: {}, batch: [] });
  return { ...trace, loss, gradients };
}

function forward(parameters: Parameters, options: BlockOptions): { traces: LayerTrace[]; y: tf.Tensor } {
  const { layers, inputs } = parameters as unknown as {
    readonly layers: Readonly<Record<string, BlockParameters>>;
    readonly inputs: { readonly x: tf.Tensor };
  };
  let y = inputs.x; // [b t s c]
  const traces = Object.values(layers).map((layer) => {
    const parts = partsOf(y, layer, options);
    y = block(y, layer, options);
    return { ...parts, stream: y };
  });
  return { traces, y };
}

/** What the three parts of a layer add, in the reference's layouts: `[b·t s c]`, `[b·s t c]`, `[b·s t c]`. */
function partsOf(x: tf.Tensor, p: BlockParameters, options: BlockOptions): LayerTrace {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const spatial = spatialAttention(norm(x, p.norm1), p.spatial_attn, options);
  const between = tf.add(x, spatial);
  const temporal = temporalAttention(norm(between, p.temporal_norm), p.temporal_attn, options);
  const added = mlp(norm(tf.add(between, temporal), p.norm2), p.mlp);
  const byPlace = (y: tf.Tensor) => tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [b * s, t, c]);
  return {
    spatial_attn: tf.reshape(spatial, [b * t, s, c]),
    temporal_attn: byPlace(temporal),
    mlp: byPlace(added),
  };
}
