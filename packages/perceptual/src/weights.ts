import { loadTensors, tf } from '@borealis/tensor';
import { PerceptualError } from './perceptual-error.ts';

/** Tensors by their published names; kernels lie `[kh kw in out]` where they are published as `[out in kh kw]`. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** Published name → published shape. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

const TO_CHANNELS_LAST = [2, 3, 1, 0];

/**
 * The tensors of a network out of a published set, in our layout; those given stay. Whoever calls disposes them.
 *
 * @param options `what`: the network and where its weights come from, for messages
 * @throws PerceptualError `weights` where one is missing or of another shape
 */
export function takeWeights(
  published: ReadonlyMap<string, tf.Tensor>,
  { shapes, what }: { readonly shapes: Shapes; readonly what: string },
): Weights {
  for (const [name, shape] of shapes) {
    const found = published.get(name);
    if (found?.shape.join() === shape.join() && found.dtype === 'float32') continue;
    const problem =
      found === undefined
        ? `${name} is missing`
        : `${name} is ${found.dtype} [${found.shape.join(', ')}], not float32 [${shape.join(', ')}]`;
    throw new PerceptualError('weights', `${what}: ${problem}.`);
  }
  const names = [...shapes.keys()];
  return Object.fromEntries(names.map((name) => [name, channelsLast(published.get(name) as tf.Tensor)]));
}

function channelsLast(tensor: tf.Tensor): tf.Tensor {
  return tensor.rank === 4 ? tf.transpose(tensor, TO_CHANNELS_LAST) : tf.clone(tensor);
}

/** Every tensor of a safetensors file of floats, `take` of them, and nothing left over. */
export async function loadWith<T>(
  path: string,
  {
    wanted,
    take,
  }: {
    readonly wanted: (name: string) => boolean;
    readonly take: (tensors: ReadonlyMap<string, tf.Tensor>) => T;
  },
): Promise<T> {
  const { tensors } = await loadTensors(path, { names: wanted, hold: 'float32' });
  try {
    return take(tensors);
  } finally {
    tf.dispose([...tensors.values()]);
  }
}

/** The tensor of a name that is known to be there. */
export function weightOf(weights: Weights, name: string): tf.Tensor {
  const found = weights[name];
  if (found !== undefined) return found;
  throw new PerceptualError('weights', `${name} is missing: are these the weights of another network?`);
}
