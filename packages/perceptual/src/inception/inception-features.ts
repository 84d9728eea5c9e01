import { tf } from '@borealis/tensor';
import { checkPictureTensor } from '../pictures.ts';
import { weightOf } from '../weights.ts';
import type { BasicConvolution } from './inception-network.ts';
import { inceptionNetwork } from './inception-network.ts';
import type { InceptionWeights } from './inception-weights.ts';
import { resizePictures } from './resize-pictures.ts';

/** Pictures of any size are brought to this many pixels a side. */
const SIDE = 299;
/** Of batch norm (torchvision BasicConv2d). */
const EPS = 1e-3;

/**
 * The features that FID compares, as pytorch-fid takes them: pictures resized to 299×299 (bilinear), Inception v3, mean over
 * places. Differentiable.
 *
 * @param pictures `[n h w 3]`, [-1, 1]
 * @returns `[n 2048]`
 * @throws PerceptualError `pictures`, `weights`
 */
export function inceptionFeatures(weights: InceptionWeights, pictures: tf.Tensor): tf.Tensor {
  checkPictureTensor(pictures);
  const resized = resizePictures(pictures, [SIDE, SIDE]);
  const features = inceptionNetwork<tf.Tensor>(
    {
      convolution: (x, layer) => convolution(x, layer, weights),
      halve: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'valid'),
      averageAround: (x) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'same'),
      largestAround: (x) => tf.maxPool(x as tf.Tensor4D, 3, 1, 'same'),
      join: (parts) => tf.concat([...parts], 3),
    },
    resized,
  );
  return tf.mean(features, [1, 2]); // [n 8 8 2048] → [n 2048]
}

/** Convolution, batch norm with stored statistics, ReLU: the norm's factor goes into the kernel. */
function convolution(x: tf.Tensor, layer: BasicConvolution, weights: InceptionWeights): tf.Tensor {
  const { name, stride, padding } = layer;
  const norm = (part: string) => weightOf(weights, `${name}.bn.${part}`);
  const factor = tf.div(norm('weight'), tf.sqrt(tf.add(norm('running_var'), EPS))); // [out]
  const kernel = tf.mul(weightOf(weights, `${name}.conv.weight`), factor);
  const shift = tf.sub(norm('bias'), tf.mul(norm('running_mean'), factor));
  return tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, stride, padding), shift));
}
