import { tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import { isLoraName, mapNamed, nameParameters, nestParameters } from '@borealis/training';
import type { DitSamplerConfig } from './config.ts';
import { DitSamplerError } from './errors.ts';
import { drawParameters, withAdapters } from './init.ts';
import type { ParameterSpec } from './parameter-spec.ts';
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
 * Parameters from tensors under diffusers' or the original names, such as `loadTensors` of @borealis/tensor reads them; they
 * become part of the result. What published checkpoints don't have, the adapters and what robot states pass through, is
 * made as `init` makes it where it isn't stored.
 *
 * @throws DitSamplerError `WEIGHTS` where one is missing, too many, or of another shape
 */
export function loadWeights(
  config: DitSamplerConfig,
  stored: ReadonlyMap<string, tf.Tensor>,
  seed = 0,
): Parameters {
  const held = heldWeights(config, stored);
  const absent = Object.fromEntries(
    Object.entries(parameterSpecs(config)).filter(([name]) => !(name in held)),
  );
  const parameters = nestParameters({ ...held, ...drawParameters(absent, seed) });
  return Object.keys(held).some(isLoraName) ? parameters : withAdapters(config, parameters, seed);
}

/**
 * The same without what isn't stored: parameters by dotted path, as they are held.
 *
 * @throws DitSamplerError `WEIGHTS`
 */
export function heldWeights(config: DitSamplerConfig, stored: ReadonlyMap<string, tf.Tensor>): NamedTensors {
  const specs = parameterSpecs(config);
  const ours = underPublishedNames(stored);
  checkStored(config, ours);
  return mapNamed(ours, (tensor, name) => asHeld(tensor, specs[name]));
}

/** All of the published model's parameters, of its shapes, and nothing unknown. */
function checkStored(config: DitSamplerConfig, ours: NamedTensors): void {
  const specs = parameterSpecs(config);
  const missing = Object.keys(transformerSpecs(config)).find((name) => !(name in ours));
  if (missing !== undefined) {
    const count = Object.keys(ours).length;
    throw new DitSamplerError('WEIGHTS', `${missing} is not among the ${count} stored tensors`);
  }
  for (const [name, { shape }] of Object.entries(ours)) {
    if (isLoraName(name)) continue;
    const spec = specs[name];
    if (spec === undefined)
      throw new DitSamplerError('WEIGHTS', `${name} is stored, but the model has no such parameter`);
    const wanted = publishedShape(spec);
    if (shape.join() === wanted.join()) continue;
    throw new DitSamplerError(
      'WEIGHTS',
      `${name} is stored as [${shape.join()}], the model's is [${wanted.join()}]: is this another preset's checkpoint?`,
    );
  }
}

/** Tensors under diffusers' names, in its layout, adapters and what robot states pass through included: new ones, the caller's. */
export function storeWeights(config: DitSamplerConfig, parameters: Parameters): NamedTensors {
  const specs = parameterSpecs(config);
  return mapNamed(nameParameters(parameters), (tensor, name) =>
    specs[name]?.kernel === true ? toPublished(tensor) : tf.clone(tensor),
  );
}

function underPublishedNames(stored: ReadonlyMap<string, tf.Tensor>): NamedTensors {
  const original = [...stored.keys()].some((name) => ORIGINAL.test(name));
  const renamed: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of stored) {
    const ours = original ? publishedName(name) : name;
    if (ours in renamed) {
      throw new DitSamplerError(
        'WEIGHTS',
        `${ours} is stored twice, once under its original name: mixed layouts`,
      );
    }
    renamed[ours] = tensor;
  }
  return renamed;
}

/** A stored tensor as parameters hold it; where that is another layout, the stored one is let go. */
function asHeld(tensor: tf.Tensor, spec: ParameterSpec | undefined): tf.Tensor {
  if (spec?.kernel !== true) return tensor;
  const held = toHeld(tensor);
  tensor.dispose();
  return held;
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
