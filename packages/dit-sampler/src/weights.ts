import type { TensorData } from '@borealis/safetensors';
import { tensorOf } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import { fromStored, nameParameters, nestParameters } from '@borealis/training';
import type { DitSamplerConfig } from './config.ts';
import { DitSamplerError } from './errors.ts';
import type { ParameterSpec, ParameterSpecs } from './parameter-spec.ts';
import { parameterSpecs, transformerSpecs } from './parameter-specs.ts';

/**
 * Names of the original checkpoint (Wan2.2 wan/modules/model.py) → those of diffusers, by their parts. Its norms are numbered
 * in another order: the one before cross-attention is norm3 there and norm2 here; the two others have no weights.
 */
const ORIGINAL_NAMES: readonly (readonly [original: RegExp, ours: string])[] = [
  [/^patch_embedding\./, 'patch_embedding.'],
  [/^time_embedding\.0\./, 'condition_embedder.time_embedder.linear_1.'],
  [/^time_embedding\.2\./, 'condition_embedder.time_embedder.linear_2.'],
  [/^time_projection\.1\./, 'condition_embedder.time_proj.'],
  [/^text_embedding\.0\./, 'condition_embedder.text_embedder.linear_1.'],
  [/^text_embedding\.2\./, 'condition_embedder.text_embedder.linear_2.'],
  [/^head\.modulation$/, 'scale_shift_table'],
  [/^head\.head\./, 'proj_out.'],
  [/^blocks\.(\d+)\.modulation$/, 'blocks.$1.scale_shift_table'],
  [/^blocks\.(\d+)\.self_attn\.(q|k|v)\./, 'blocks.$1.attn1.to_$2.'],
  [/^blocks\.(\d+)\.self_attn\.o\./, 'blocks.$1.attn1.to_out.0.'],
  [/^blocks\.(\d+)\.self_attn\.(norm_[qk])\./, 'blocks.$1.attn1.$2.'],
  [/^blocks\.(\d+)\.cross_attn\.(q|k|v)\./, 'blocks.$1.attn2.to_$2.'],
  [/^blocks\.(\d+)\.cross_attn\.o\./, 'blocks.$1.attn2.to_out.0.'],
  [/^blocks\.(\d+)\.cross_attn\.(norm_[qk])\./, 'blocks.$1.attn2.$2.'],
  [/^blocks\.(\d+)\.norm3\./, 'blocks.$1.norm2.'],
  [/^blocks\.(\d+)\.ffn\.0\./, 'blocks.$1.ffn.net.0.proj.'],
  [/^blocks\.(\d+)\.ffn\.2\./, 'blocks.$1.ffn.net.2.'],
];

/** Only names of the original layout contain these. */
const ORIGINAL = /(^|\.)(self_attn|cross_attn|time_embedding|text_embedding|time_projection|head)\./;

/** A name of either published layout as diffusers'; one of neither stays as it is. */
export function publishedName(name: string): string {
  const row = ORIGINAL_NAMES.find(([original]) => original.test(name));
  return row === undefined ? name : name.replace(...row);
}

/** Names and shapes as diffusers publishes them: kernels `[out in …window]`; without states and adapters. */
export function publishedShapes(config: DitSamplerConfig): Readonly<Record<string, readonly number[]>> {
  const specs = Object.entries(transformerSpecs(config));
  return Object.fromEntries(specs.map(([name, spec]) => [name, publishedShape(spec)]));
}

/**
 * Parameters from stored tensors under diffusers' or the original names. What robot states pass through may be absent, as
 * it is in published checkpoints: it stays as `base` has it.
 *
 * @param base parameters of this configuration, such as `init` gives: what is not stored is taken from them, the same tensors
 * @throws DitSamplerError `WEIGHTS` where a name occurs in both layouts; TrainingError `PARAMETER_MISSING`,
 * `PARAMETER_SHAPE`, `PARAMETER_UNEXPECTED`
 */
export function loadWeights(
  config: DitSamplerConfig,
  stored: ReadonlyMap<string, TensorData>,
  base: Parameters,
): Parameters {
  const byName = underPublishedNames(stored);
  const specs = parameterSpecs(config);
  const published = transformerSpecs(config);
  const wanted = Object.entries(specs).filter(([name]) => name in published || byName.has(name));
  const template = Object.fromEntries(
    wanted.map(([name, spec]) => [name, { shape: publishedShape(spec), dtype: 'float32' }]),
  );
  const named = fromStored(byName, template);
  return nestParameters({ ...nameParameters(base), ...kernelsAsHeld(named, specs) });
}

/** Tensors under diffusers' names, in its layout; adapters and what robot states pass through included. Reads the data. */
export function storeWeights(config: DitSamplerConfig, parameters: Parameters): Map<string, TensorData> {
  const stored = new Map<string, TensorData>();
  const specs = parameterSpecs(config);
  for (const [name, tensor] of Object.entries(nameParameters(parameters))) {
    const spec = specs[name];
    const laidOut = tf.tidy(() => (spec?.kernel === true ? toPublished(tensor) : tf.clone(tensor)));
    stored.set(name, tensorOf(laidOut.dataSync(), laidOut.shape));
    laidOut.dispose();
  }
  return stored;
}

function underPublishedNames(stored: ReadonlyMap<string, TensorData>): ReadonlyMap<string, TensorData> {
  if (![...stored.keys()].some((name) => ORIGINAL.test(name))) return stored;
  const renamed = new Map<string, TensorData>();
  for (const [name, data] of stored) {
    const ours = publishedName(name);
    if (renamed.has(ours)) {
      throw new DitSamplerError(
        'WEIGHTS',
        `${ours} is stored twice, once under its original name: mixed layouts`,
      );
    }
    renamed.set(ours, data);
  }
  return renamed;
}

function kernelsAsHeld(named: NamedTensors, specs: ParameterSpecs): NamedTensors {
  return Object.fromEntries(
    Object.entries(named).map(([name, tensor]) => {
      if (specs[name]?.kernel !== true) return [name, tensor];
      const held = toHeld(tensor);
      tensor.dispose();
      return [name, held];
    }),
  );
}

function publishedShape({ shape, kernel }: ParameterSpec): readonly number[] {
  if (kernel !== true) return shape;
  const [out = 0, into = 0] = shape.slice(-2).reverse();
  return [out, into, ...shape.slice(0, -2)];
}

/** `[…window in out]` → `[out in …window]` */
function toPublished(kernel: tf.Tensor): tf.Tensor {
  const window = kernel.rank - 2;
  return tf.transpose(kernel, [window + 1, window, ...axes(window)]);
}

/** `[out in …window]` → `[…window in out]` */
function toHeld(kernel: tf.Tensor): tf.Tensor {
  const window = kernel.rank - 2;
  return tf.transpose(kernel, [...axes(window).map((axis) => axis + 2), 1, 0]);
}

function axes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
