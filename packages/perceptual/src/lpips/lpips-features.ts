import { tf } from '@borealis/tensor';
import { PerceptualError } from '../perceptual-error.ts';
import { checkPictureTensor } from '../pictures.ts';
import { weightOf } from '../weights.ts';
import type { Layer, PoolLayer } from './backbones.ts';
import type { LpipsWeights } from './lpips-weights.ts';
import { backboneOf } from './lpips-weights.ts';

/** What the backbone sees in pictures. */
export interface LpipsFeatures {
  /** The pictures as the backbone takes them, `[n h w 3]`. */
  readonly scaled: tf.Tensor;
  /** After each slice, `[n h' w' c]`. */
  readonly features: readonly tf.Tensor[];
}

/**
 * @param pictures `[n h w 3]`, [-1, 1]
 * @throws PerceptualError `pictures` where they are too small for the backbone; `weights`
 */
export function lpipsFeatures(weights: LpipsWeights, pictures: tf.Tensor): LpipsFeatures {
  checkPictureTensor(pictures);
  const [shift, scale] = ['shift', 'scale'].map((name) =>
    tf.reshape(weightOf(weights, `scaling_layer.${name}`), [3]),
  ) as [tf.Tensor, tf.Tensor];
  const scaled = tf.div(tf.sub(pictures, shift), scale);
  let x = scaled;
  const features = backboneOf(weights).map((layers, k) => {
    for (const layer of layers) x = layerOf(x, layer, { weights, slice: `net.slice${k + 1}`, pictures });
    return x;
  });
  return { scaled, features };
}

interface Place {
  readonly weights: LpipsWeights;
  readonly slice: string;
  readonly pictures: tf.Tensor;
}

function layerOf(x: tf.Tensor, layer: Layer, place: Place): tf.Tensor {
  const { weights, slice } = place;
  switch (layer.kind) {
    case 'convolution': {
      const { at, stride, pad, size } = layer;
      const padded = pad === 0 ? x : tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]); // prettier-ignore
      checkSize(padded, size, place);
      return convolve(padded, weights, `${slice}.${at}`, stride);
    }
    case 'pool':
      return pool(x, layer, place);
    case 'fire': {
      const name = `${slice}.${layer.at}`;
      const squeezed = convolve(x, weights, `${name}.squeeze`);
      const around = tf.pad(squeezed, [[0, 0], [1, 1], [1, 1], [0, 0]]); // prettier-ignore
      return tf.concat(
        [convolve(squeezed, weights, `${name}.expand1x1`), convolve(around, weights, `${name}.expand3x3`)],
        3,
      );
    }
  }
}

/** Convolution where the kernel fits whole, then ReLU. */
function convolve(x: tf.Tensor, weights: LpipsWeights, name: string, stride = 1): tf.Tensor {
  const kernel = weightOf(weights, `${name}.weight`) as tf.Tensor4D;
  const convolved = tf.conv2d(x as tf.Tensor4D, kernel, stride, 'valid');
  return tf.relu(tf.add(convolved, weightOf(weights, `${name}.bias`)));
}

/** Zeros beyond the edge never are the largest: what is pooled comes from a ReLU. */
function pool(x: tf.Tensor, { size, overhang }: PoolLayer, place: Place): tf.Tensor {
  checkSize(x, size, place);
  const [, h = 0, w = 0] = x.shape;
  const over = (side: number): [number, number] => [0, overhang ? (side - size) % 2 : 0];
  const padded = tf.pad(x, [[0, 0], over(h), over(w), [0, 0]]);
  return tf.maxPool(padded as tf.Tensor4D, size, 2, 'valid');
}

function checkSize(x: tf.Tensor, size: number, { slice, pictures }: Place): void {
  const [, h = 0, w = 0] = x.shape;
  if (h >= size && w >= size) return;
  const [, height, width] = pictures.shape;
  throw new PerceptualError(
    'pictures',
    `pictures of ${height}×${width} are too small: ${slice} gets ${h}×${w} and needs ${size}×${size}.`,
  );
}
