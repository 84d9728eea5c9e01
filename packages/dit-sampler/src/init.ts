import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { NamedTensors, ParameterShapes, Parameters } from '@borealis/training';
import { drawLora, loraShapes, nestParameters, withLora } from '@borealis/training';
import { isAdaptable } from './adaptable-layers.ts';
import type { DitSamplerConfig } from './config.ts';
import type { ParameterSpec, ParameterSpecs } from './parameter-spec.ts';
import { parameterSpecs } from './parameter-specs.ts';

/** Parameters before training, the same for the same seed; with `only`, those whose path it accepts, the same as among all. */
export function init(
  config: DitSamplerConfig,
  seed: number,
  only: (path: string) => boolean = () => true,
): Parameters {
  const specs = parameterSpecs(config);
  const wanted = Object.fromEntries(Object.entries(specs).filter(([path]) => only(path)));
  const { lora } = config;
  const adapters = lora === null ? {} : drawLora(specs, lora, { seed, isAdaptable, only });
  return nestParameters({ ...drawParameters(wanted, seed), ...adapters });
}

/** Of all parameters, adapters among them; nothing is allocated. */
export function shapes(config: DitSamplerConfig): ParameterShapes {
  const specs = parameterSpecs(config);
  const own = Object.entries(specs).map(([path, { shape }]) => [path, { shape, dtype: 'float32' }] as const);
  const adapters = config.lora === null ? {} : loraShapes(specs, config.lora, { isAdaptable });
  return { ...Object.fromEntries(own), ...adapters };
}

/** Each is drawn from a generator of its own: the same numbers whichever others are drawn. */
export function drawParameters(specs: ParameterSpecs, seed: number): NamedTensors {
  const random = createRandom(seed);
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, draw(spec, random.fork(name))]),
  );
}

/** The parameters with the configured adapters, which change nothing yet. */
export function withAdapters({ lora }: DitSamplerConfig, parameters: Parameters, seed: number): Parameters {
  return lora === null ? parameters : withLora(parameters, lora, { seed, isAdaptable });
}

function draw({ shape, start }: ParameterSpec, random: Random): tf.Tensor {
  if ('constant' in start) return tf.fill([...shape], start.constant);
  return 'bound' in start
    ? random.uniformTensor(shape, -start.bound, start.bound)
    : random.normalTensor(shape, start.deviation);
}
