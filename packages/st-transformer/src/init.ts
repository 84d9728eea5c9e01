import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nestParameters } from '@borealis/training';
import type { StTransformerConfig } from './config.ts';
import type { ParameterSpec, ParameterSpecs } from './parameter-spec.ts';
import { parameterSpecs } from './parameter-specs.ts';

/** Parameters before training, the same for the same seed. */
export function init(config: StTransformerConfig, seed: number): Parameters {
  return drawParameters(parameterSpecs(config), seed);
}

/** Each is drawn from a generator of its own. */
export function drawParameters(specs: ParameterSpecs, seed: number): Parameters {
  const random = createRandom(seed);
  const drawn = Object.entries(specs).map(([name, spec]) => [name, draw(spec, random.fork(name))] as const);
  return nestParameters(Object.fromEntries(drawn));
}

function draw({ shape, start }: ParameterSpec, random: Random): tf.Tensor {
  return 'constant' in start
    ? tf.fill([...shape], start.constant)
    : random.normalTensor(shape, start.deviation);
}
