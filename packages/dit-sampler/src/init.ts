import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nestParameters, withLora } from '@borealis/training';
import type { DitSamplerConfig } from './config.ts';
import { isAdaptable } from './adaptable-layers.ts';
import type { ParameterSpec } from './parameter-spec.ts';
import { parameterSpecs } from './parameter-specs.ts';

/** Parameters before training, the same for the same seed; each is drawn from a generator of its own. */
export function init(config: DitSamplerConfig, seed: number): Parameters {
  const random = createRandom(seed);
  const specs = Object.entries(parameterSpecs(config));
  const base = nestParameters(
    Object.fromEntries(specs.map(([name, spec]) => [name, draw(spec, random.fork(name))])),
  );
  return config.lora === null ? base : withLora(base, config.lora, { seed, isAdaptable });
}

function draw({ shape, start }: ParameterSpec, random: Random): tf.Tensor {
  if ('constant' in start) return tf.fill([...shape], start.constant);
  return 'bound' in start
    ? random.uniformTensor(shape, -start.bound, start.bound)
    : random.normalTensor(shape, start.deviation);
}
