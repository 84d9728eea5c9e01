import { createRandom, tf } from '@borealis/tensor';
import { PerceptualError } from '../perceptual-error.ts';
import type { Shapes, Weights } from '../weights.ts';
import { loadWith, takeWeights } from '../weights.ts';
import { inceptionNetwork } from './inception-network.ts';

/** Under the names of torchvision and pytorch-fid: `Mixed_5b.branch1x1.conv.weight`, `….bn.running_var`. */
export type InceptionWeights = Weights;

/** Classes of the network that FID is defined by; that of torchvision has 1000. */
const FID_CLASSES = 1008;

/** Not part of the features. */
const UNUSED = /^(fc|AuxLogits)\.|\.num_batches_tracked$/;

/**
 * Reads what tools/perceptual/convert_perceptual.py makes of pytorch-fid's published weights (`pt_inception-2015-12-05`).
 *
 * @throws PerceptualError `weights`, also for torchvision's weights, whose distances are no FID; what `loadTensors` throws
 */
export function loadInception(path: string): Promise<InceptionWeights> {
  return loadWith(path, {
    wanted: (name) => name === 'fc.bias' || !UNUSED.test(name),
    take: (tensors) => {
      const classes = tensors.get('fc.bias')?.shape[0] ?? FID_CLASSES;
      if (classes === FID_CLASSES) return inceptionWeightsFrom(tensors, path);
      throw new PerceptualError(
        'weights',
        `${path} is a network of ${classes} classes; that of FID has ${FID_CLASSES} (pt_inception-2015-12-05).`,
      );
    },
  });
}

/**
 * Weights as they are published, in our layout; those given stay.
 *
 * @throws PerceptualError `weights` where one is missing or of another shape
 */
export function inceptionWeightsFrom(
  published: ReadonlyMap<string, tf.Tensor>,
  source = 'these weights',
): InceptionWeights {
  return takeWeights(published, { shapes: inceptionShapes(), what: `${source}, Inception v3 of FID` });
}

/**
 * Drawn weights, for tests and examples: what they say means nothing.
 *
 * @param options `divisor`: a network with so many times fewer channels
 */
export function initInception(
  seed: number,
  { divisor = 1 }: { readonly divisor?: number } = {},
): InceptionWeights {
  const random = createRandom(seed);
  const shapes = inceptionShapes(divisor);
  const drawn = [...shapes].map(([name, shape]) => {
    if (name.endsWith('.bias') || name.endsWith('.running_mean'))
      return [name, tf.zeros([...shape])] as const;
    if (!name.endsWith('.conv.weight')) return [name, tf.ones([...shape])] as const;
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    return [name, random.fork(name).normalTensor(shape, Math.sqrt(2 / fanIn))] as const;
  });
  const weights = takeWeights(new Map(drawn), { shapes, what: 'drawn weights' });
  tf.dispose(drawn.map(([, tensor]) => tensor));
  return weights;
}

/** Every tensor, as published: kernels `[out in kh kw]`. */
export function inceptionShapes(divisor = 1): Shapes {
  const shapes = new Map<string, readonly number[]>();
  inceptionNetwork<number>(
    {
      convolution: (from, { name, to: whole, kernel }) => {
        const to = whole / divisor;
        shapes.set(`${name}.conv.weight`, [to, from, ...kernel]);
        for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
          shapes.set(`${name}.bn.${part}`, [to]);
        return to;
      },
      halve: (channels) => channels,
      averageAround: (channels) => channels,
      largestAround: (channels) => channels,
      join: (parts) => parts.reduce((sum, channels) => sum + channels, 0),
    },
    3,
  );
  return shapes;
}
