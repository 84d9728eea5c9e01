import * as tf from '@tensorflow/tfjs-core';
import { float32, fusedOps, text } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

/** `x [… c] + bias [c]`: in bfloat16 where a product gave x so. The bias's gradient is summed in one pass. */
export function addBias(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const run = fusedOps();
  if (run === undefined) return tf.add(x, bias);
  const channels = bias.size;
  const sum = withGradient(
    [tf.reshape(x, [x.size / channels, channels]), bias],
    (x, bias) => ({
      value: run('BiasAdd', [x, bias], { data_format: text('NHWC'), T: float32 }, 1)[0] as tf.Tensor,
      saved: {},
    }),
    (dy) => [tf.clone(dy), run('BorealisColumnSums', [dy], {}, 1)[0] as tf.Tensor],
  );
  return tf.reshape(sum, x.shape);
}
