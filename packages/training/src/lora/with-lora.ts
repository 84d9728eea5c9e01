import { createRandom, tf } from '@borealis/tensor';
import type { ParameterShapes } from '../parameters/parameter-shapes.ts';
import type { NamedTensors, Parameters } from '../parameters/parameters.ts';
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
  return nestParameters({ ...named, ...drawLora(named, config, options) });
}

/**
 * The adapters alone that `withLora` gives parameters of these shapes.
 *
 * @throws TrainingError `LORA_LAYERS`
 */
export function drawLora(
  shapes: Shapes,
  config: LoraConfig,
  { seed, isAdaptable, only = () => true }: WithLoraOptions & { readonly only?: (path: string) => boolean },
): NamedTensors {
  const random = createRandom(seed).fork('lora');
  const { rank, alpha } = config;
  const adapters: Record<string, tf.Tensor> = {};
  for (const layer of adaptedLayers(shapes, config, isAdaptable)) {
    const [out, into] = shapes[`${layer}.weight`]?.shape as [number, number];
    const bound = 1 / Math.sqrt(into);
    const [a, b, scaling] = leavesOf(layer);
    if (only(a)) adapters[a] = random.fork(layer).uniformTensor([rank, into], -bound, bound);
    if (only(b)) adapters[b] = tf.zeros([out, rank]);
    if (only(scaling)) adapters[scaling] = tf.scalar(alpha / rank);
  }
  return adapters;
}

/** Their shapes. @throws TrainingError `LORA_LAYERS` */
export function loraShapes(
  shapes: Shapes,
  config: LoraConfig,
  { isAdaptable }: Pick<WithLoraOptions, 'isAdaptable'>,
): ParameterShapes {
  const adapters: Record<string, ParameterShapes[string]> = {};
  for (const layer of adaptedLayers(shapes, config, isAdaptable)) {
    const [out, into] = shapes[`${layer}.weight`]?.shape as [number, number];
    const [a, b, scaling] = leavesOf(layer);
    adapters[a] = { shape: [config.rank, into], dtype: 'float32' };
    adapters[b] = { shape: [out, config.rank], dtype: 'float32' };
    adapters[scaling] = { shape: [], dtype: 'float32' };
  }
  return adapters;
}

type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

function leavesOf(layer: string): [a: string, b: string, scaling: string] {
  return [`${layer}.${LORA_A}`, `${layer}.${LORA_B}`, `${layer}.${LORA_SCALING}`];
}

function adaptedLayers(
  shapes: Shapes,
  { layers }: LoraConfig,
  isAdaptable: WithLoraOptions['isAdaptable'],
): string[] {
  return matchLayers(linearLayers(shapes, isAdaptable), layers);
}

/** Paths of the linear layers: those with a weight of two axes. */
function linearLayers(named: Shapes, isAdaptable: (layer: string) => boolean = () => true): string[] {
  return Object.entries(named)
    .filter(([name, { shape }]) => shape.length === 2 && /(?<!\.lora_[AB])\.weight$/.test(name))
    .map(([name]) => name.slice(0, -'.weight'.length))
    .filter(isAdaptable);
}
