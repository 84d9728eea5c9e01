import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nestParameters } from '@borealis/training';
import type { StTransformerConfig } from './config.ts';
import type { ParameterSpec } from './parameter-spec.ts';
import { parameterSpecs } from './parameter-specs.ts';

/** Parameters before training, the same for the same seed; each is drawn from a generator of its own. */
export function init(config: StTransformerConfig, seed: number): Parameters {
  const random = createRandom(seed);
  const specs = Object.entries(parameterSpecs(config));
  return nestParameters(
    Object.fromEntries(specs.map(([name, spec]) => [name, draw(spec, random.fork(name))])),
  );
}

function draw({ shape, start }: ParameterSpec, random: Random): tf.Tensor {
  return 'constant' in start
    ? tf.fill([...shape], start.constant)
    : random.normalTensor(shape, start.deviation);
}
