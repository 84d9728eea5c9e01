import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nestParameters } from '@borealis/training';
import type { VideoVaeConfig } from './config.ts';
import { parameterSpecs, sizeOf } from './parameter-specs.ts';
import { shapeInMemory } from './published-layout.ts';

/**
 * Parameters before training, the same for the same seed; each is drawn from a generator of its own. Kernels are normal
 * with deviation 1 / √fan-in, gains 1, biases 0; what attention writes into the stream is 0, as in the reference.
 */
export function init(config: VideoVaeConfig, seed: number): Parameters {
  const random = createRandom(seed);
  const specs = Object.entries(parameterSpecs(config));
  return nestParameters(
    Object.fromEntries(specs.map(([name, shape]) => [name, draw(name, shape, random.fork(name))])),
  );
}

function draw(name: string, published: readonly number[], random: Random): tf.Tensor {
  const shape = shapeInMemory(published);
  if (name.endsWith('.gamma')) return tf.ones(shape);
  if (name.endsWith('.bias') || name.endsWith('attentions.0.proj.weight')) return tf.zeros(shape);
  return random.normalTensor(shape, 1 / Math.sqrt(sizeOf(published.slice(1))));
}
