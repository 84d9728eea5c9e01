import { tf } from '@borealis/tensor';
import { PerceptualError } from '../perceptual-error.ts';
import { weightOf } from '../weights.ts';
import { lpipsFeatures } from './lpips-features.ts';
import type { LpipsWeights } from './lpips-weights.ts';

/** Added to the length of a feature (lpips `normalize_tensor`). */
const EPS = 1e-10;
/** Squared lengths below this count as this much, so that the root has a gradient where a feature is all zeros. */
const LEAST_SQUARE = 1e-30;

/**
 * LPIPS (Zhang et al. 2018, version 0.1): how far pictures look apart, by features of a trained network. Differentiable
 * with respect to either picture.
 *
 * @param a, b `[n h w 3]`, [-1, 1]
 * @returns `[n]`, 0 for equal pictures
 * @throws PerceptualError `pictures`, `weights`
 */
export function lpips(weights: LpipsWeights, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.sum(lpipsLayers(weights, a, b), 1);
}

/** What each slice of the network adds to the distance: `[n slices]`. */
export function lpipsLayers(weights: LpipsWeights, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (a.shape.join() !== b.shape.join()) {
    throw new PerceptualError(
      'pictures',
      `pictures of shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}]; expected the same.`,
    );
  }
  const [ofA, ofB] = [lpipsFeatures(weights, a).features, lpipsFeatures(weights, b).features];
  const layers = ofA.map((feature, k) => {
    const difference = tf.squaredDifference(unitLength(feature), unitLength(ofB[k] as tf.Tensor));
    const lin = weightOf(weights, `lin${k}.model.1.weight`); // [1 1 c 1]
    return tf.matMul(tf.mean<tf.Tensor2D>(difference, [1, 2]), tf.reshape(lin, [-1, 1])); // [n 1]
  });
  return tf.concat(layers, 1);
}

/** `[n h w c]`, each place's feature divided by its length. */
function unitLength(features: tf.Tensor): tf.Tensor {
  const squared = tf.sum(tf.square(features), 3, true);
  return tf.div(features, tf.add(tf.sqrt(tf.maximum(squared, LEAST_SQUARE)), EPS));
}
