import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nestParameters } from '@borealis/training';
import type { VideoVaeConfig } from './config.ts';
import { parameterSpecs, sizeOf } from './parameter-specs.ts';
import { shapeInMemory } from './published-layout.ts';

/** Logarithm of the variance of latents at first: little noise, so that what is behind it can be learned. */
const FIRST_LOG_VARIANCE = -6;

/** What these give is added to a way around them: they begin with nothing, so that every level begins as its shortcut. */
const ADDED = ['.conv2.weight', '.resample.1.weight', '.proj.weight'];

/**
 * Parameters before training, the same for the same seed; each is drawn from a generator of its own. Kernels are normal
 * with deviation 1 / √fan-in, gains 1, biases 0; what residual blocks, steps between levels and attention add is 0.
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
  if (name === 'quant_conv.bias') return firstMoments(sizeOf(shape) / 2);
  if (name.endsWith('.gamma')) return tf.ones(shape);
  if (name.endsWith('.bias') || ADDED.some((end) => name.endsWith(end))) return tf.zeros(shape);
  return random.normalTensor(shape, 1 / Math.sqrt(sizeOf(published.slice(1))));
}

/** Means, then logarithms of variances. */
function firstMoments(channels: number): tf.Tensor {
  return tf.tensor1d([
    ...Array<number>(channels).fill(0),
    ...Array<number>(channels).fill(FIRST_LOG_VARIANCE),
  ]);
}
