import { createRandom, tf } from '@borealis/tensor';
import type { Parameters } from '../parameters/parameters.ts';
import { nameParameters, nestParameters } from '../parameters/parameters.ts';
import type { LoraConfig } from './lora-config.ts';
import { LORA_A, LORA_B, LORA_SCALING, matchLayers } from './lora-names.ts';

export interface WithLoraOptions {
  readonly seed: number;
  /** Whether the linear layer of this path may be adapted. Default: every one. */
  readonly isAdaptable?: (layer: string) => boolean;
}

/**
 * The same parameters (the same tensors) with new adapters that change nothing yet: A as peft draws it, uniform up to
 * 1 / √in, B zero. Each is drawn from a generator of its own.
 *
 * @throws TrainingError `LORA_LAYERS`
 */
export function withLora(parameters: Parameters, config: LoraConfig, options: WithLoraOptions): Parameters {
  const named = nameParameters(parameters);
  const random = createRandom(options.seed).fork('lora');
  const layers = matchLayers(linearLayers(named, options.isAdaptable), config.layers);
  const { rank, alpha } = config;
  const adapters: Record<string, tf.Tensor> = {};
  for (const layer of layers) {
    const [out, into] = named[`${layer}.weight`]?.shape as [number, number];
    const bound = 1 / Math.sqrt(into);
    adapters[`${layer}.${LORA_A}`] = random.fork(layer).uniformTensor([rank, into], -bound, bound);
    adapters[`${layer}.${LORA_B}`] = tf.zeros([out, rank]);
    adapters[`${layer}.${LORA_SCALING}`] = tf.scalar(alpha / rank);
  }
  return nestParameters({ ...named, ...adapters });
}

/** Paths of the linear layers: those with a weight of two axes. */
function linearLayers(
  named: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  isAdaptable: (layer: string) => boolean = () => true,
): string[] {
  return Object.entries(named)
    .filter(([name, { shape }]) => shape.length === 2 && /(?<!\.lora_[AB])\.weight$/.test(name))
    .map(([name]) => name.slice(0, -'.weight'.length))
    .filter(isAdaptable);
}
