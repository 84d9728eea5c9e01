import * as tf from '@tensorflow/tfjs-core';
import { nativeOps, typeAttribute } from '../native/native-op.ts';
import { withGradient } from './with-gradient.ts';

export interface CrossEntropyOptions {
  /** Share of the target's probability that is spread evenly over all classes (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Cross-entropy of each row, in nats: `−log softmax(logits)[target]`, the row's maximum subtracted first. One pass of
 * TensorFlow gives value and gradient, so that 64,000 classes cost one extra copy of the logits.
 *
 * @param logits `[n c]`
 * @param targets `[n]` int32, in [0, c)
 * @returns `[n]`
 */
export function crossEntropy(
  logits: tf.Tensor,
  targets: tf.Tensor,
  options: CrossEntropyOptions = {},
): tf.Tensor {
  const smoothing = options.labelSmoothing ?? 0;
  const hard = hardCrossEntropy(logits, targets);
  if (smoothing === 0) return hard;
  const even = tf.sub(tf.logSumExp(logits, -1), tf.mean(logits, -1));
  return tf.add(tf.mul(hard, 1 - smoothing), tf.mul(even, smoothing));
}

function hardCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return withGradient(
    [logits],
    (logits) => {
      const { loss, gradient } = lossAndGradient(logits, targets);
      return { value: loss, saved: { gradient } };
    },
    (dy, { gradient }) => [tf.mul(tf.expandDims(dy, -1), gradient)],
  );
}

function lossAndGradient(logits: tf.Tensor, targets: tf.Tensor): { loss: tf.Tensor; gradient: tf.Tensor } {
  const native = nativeOps();
  if (native !== undefined) {
    const { constants } = native;
    const types = [
      typeAttribute(constants, 'T', constants.TF_FLOAT),
      typeAttribute(constants, 'Tlabels', constants.TF_INT32),
    ];
    const [loss, gradient] = native.run('SparseSoftmaxCrossEntropyWithLogits', types, [logits, targets], 2);
    return { loss: loss as tf.Tensor, gradient: gradient as tf.Tensor };
  }
  const classes = logits.shape.at(-1) as number;
  const chosen = tf.oneHot(targets, classes);
  const loss = tf.sub(tf.logSumExp(logits, -1), tf.sum(tf.mul(logits, chosen), -1));
  return { loss, gradient: tf.sub(tf.softmax(logits), chosen) };
}
