import { tf } from '@borealis/tensor';
import { TrainingError } from '../errors.ts';
import type { NamedTensors, Parameters } from '../parameters/parameters.ts';
import { mapNamed, nameParameters, nestParameters, partition } from '../parameters/parameters.ts';
import { isLoraName, layerOfLoraName, LORA_A, LORA_B, LORA_SCALING } from './lora-names.ts';

/** Adapters apart from the model: `<layer>.lora_A.weight`, `<layer>.lora_B.weight`, `<layer>.lora_scaling`. */
export type LoraAdapter = NamedTensors;

/** Parameters as what a model has without its adapters, and these: the same tensors. */
export function splitLora(parameters: Parameters): {
  readonly base: Parameters;
  readonly adapter: LoraAdapter;
} {
  const { kept, rest } = partition(nameParameters(parameters), isLoraName);
  return { base: nestParameters(rest), adapter: kept };
}

/**
 * The parameters with an adapter in place of any that were there: the same tensors.
 *
 * @throws TrainingError `LORA_LAYERS` where a part of the adapter matches no layer, or its shape not the layer's
 */
export function attachLora(parameters: Parameters, adapter: LoraAdapter): Parameters {
  const { base } = splitLora(parameters);
  checkAdapter(nameParameters(base), adapter);
  return nestParameters({ ...nameParameters(base), ...adapter });
}

/**
 * Weights with the adapters added, `W + (alpha / r) B A`, and no adapters left: new tensors throughout, the caller's.
 *
 * @throws TrainingError `LORA_LAYERS` where there is no adapter to merge
 */
export function mergeLora(parameters: Parameters): Parameters {
  const { base, adapter } = splitLora(parameters);
  return addDeltas(base, adapter, 1);
}

/**
 * What `mergeLora` made undone: weights without what an adapter adds. New tensors, equal to the first ones up to rounding.
 *
 * @throws TrainingError `LORA_LAYERS`
 */
export function unmergeLora(merged: Parameters, adapter: LoraAdapter): Parameters {
  return addDeltas(merged, adapter, -1);
}

function addDeltas(base: Parameters, adapter: LoraAdapter, sign: 1 | -1): Parameters {
  const named = nameParameters(base);
  const layers = new Set(checkAdapter(named, adapter));
  return nestParameters(
    mapNamed(named, (weight, name) => {
      const layer = name.replace(/\.weight$/, '');
      if (!name.endsWith('.weight') || !layers.has(layer)) return tf.clone(weight);
      return tf.tidy(() => tf.add(weight, tf.mul(deltaOf(adapter, layer), sign)));
    }),
  );
}

/** `(alpha / r) B A`, `[out in]` */
function deltaOf(adapter: LoraAdapter, layer: string): tf.Tensor {
  const part = (name: string) => adapter[`${layer}.${name}`] as tf.Tensor;
  return tf.mul(tf.matMul(part(LORA_B), part(LORA_A)), part(LORA_SCALING));
}

/**
 * The layers of an adapter, each of which the model has, with fitting shapes.
 *
 * @throws TrainingError `LORA_LAYERS`
 */
export function checkAdapter(named: NamedTensors, adapter: LoraAdapter): string[] {
  const layers = [...new Set(Object.keys(adapter).map(layerOfLoraName))];
  if (layers.length === 0) {
    throw new TrainingError('LORA_LAYERS', 'the adapter is empty: it would change nothing');
  }
  for (const layer of layers) {
    const [down, up, scaling] = [LORA_A, LORA_B, LORA_SCALING].map((part) => adapter[`${layer}.${part}`]);
    const weight = named[`${layer}.weight`];
    const rank = down?.shape[0] ?? 0;
    if (weight?.rank !== 2) {
      throw new TrainingError(
        'LORA_LAYERS',
        `the adapter is for a layer ${layer}, which the model doesn't have: is it another model's, or are names prefixed?`,
      );
    }
    const [out, into] = weight.shape;
    if (
      down?.shape.join() !== `${rank},${into}` ||
      up?.shape.join() !== `${out},${rank}` ||
      scaling?.size !== 1
    ) {
      const shapes = [down, up].map((factor) =>
        factor === undefined ? 'missing' : `[${factor.shape.join()}]`,
      );
      throw new TrainingError(
        'LORA_LAYERS',
        `the adapter of ${layer} doesn't fit: A ${shapes.join(', B ')} for a weight [${weight.shape.join()}]`,
      );
    }
  }
  return layers;
}
