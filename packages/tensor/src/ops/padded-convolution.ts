import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { float32, fusedOps, ints, text } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

/** Zeros before and after, of each axis. */
export type Paddings = [before: number, after: number][];

const OPS = {
  4: { forward: 'Conv2D', toInput: 'Conv2DBackpropInput', toFilter: 'Conv2DBackpropFilter' },
  5: { forward: 'Conv3D', toInput: 'Conv3DBackpropInputV2', toFilter: 'Conv3DBackpropFilterV2' },
} as const;

/** On AMX, oneDNN 3.7 reads beyond the kernel of a 3-D convolution, in bfloat16, of fewer channels. */
const FEWEST_CHANNELS = 16;

/**
 * Convolution, with stride 1, of pictures or videos with zeros around them.
 *
 * TensorFlow makes one operation of `Pad`, convolution and `BiasAdd`, without a padded copy; tfjs pads by `PadV2` and adds
 * a bias by `AddV2`, which it leaves as they are.
 *
 * @param x `[n h w c]` or `[b t h w c]`
 * @param kernel `[kh kw c out]` or `[kt kh kw c out]`
 * @param bias `[out]`, or none
 */
export function paddedConvolution(
  x: tf.Tensor,
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  paddings: Paddings,
): tf.Tensor {
  const run = fusedOps();
  if (run === undefined) return composed(x, kernel, bias, paddings);
  const convolved = convolution(run, ...enoughChannels(x, kernel), paddings);
  return bias === undefined ? convolved : biased(run, convolved, bias);
}

/** With channels of zeros, where there are too few. */
function enoughChannels(x: tf.Tensor, kernel: tf.Tensor): [x: tf.Tensor, kernel: tf.Tensor] {
  const missing = FEWEST_CHANNELS - (x.shape.at(-1) ?? 0);
  if (kernel.rank === 4 || missing <= 0) return [x, kernel];
  const widen = (tensor: tf.Tensor, axis: number) =>
    tf.pad(
      tensor,
      tensor.shape.map((_, i): [number, number] => [0, i === axis ? missing : 0]),
    );
  return [widen(x, 4), widen(kernel, 3)];
}

function convolution(run: RunFused, x: tf.Tensor, kernel: tf.Tensor, paddings: Paddings): tf.Tensor {
  const { forward, toInput, toFilter } = OPS[kernel.rank as keyof typeof OPS];
  const attributes = { T: float32, strides: ints(kernel.shape.map(() => 1)), padding: text('VALID') };
  const convolve = (op: string, ...inputs: tf.Tensor[]) => run(op, inputs, attributes, 1)[0] as tf.Tensor;
  const sizes = (tensor: tf.Tensor) => tf.tensor1d(tensor.shape, 'int32');
  return withGradient(
    [x, kernel],
    (x, kernel) => {
      const zeros = tf.tensor2d(paddings, undefined, 'int32');
      const padded = run('Pad', [x, zeros], { T: float32 }, 1)[0] as tf.Tensor;
      return { value: convolve(forward, padded, kernel), saved: { x, kernel } };
    },
    (dy, { x, kernel }) => {
      const padded = tf.pad(x, paddings);
      const dPadded = convolve(toInput, sizes(padded), kernel, dy);
      const before = paddings.map(([count]) => count);
      return [tf.slice(dPadded, before, x.shape), convolve(toFilter, padded, sizes(kernel), dy)];
    },
  );
}

function biased(run: RunFused, x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return withGradient(
    [x, bias],
    (x, bias) => ({ value: run('BiasAdd', [x, bias], { T: float32 }, 1)[0] as tf.Tensor, saved: {} }),
    (dy) => [
      tf.clone(dy),
      run('BorealisColumnSums', [tf.reshape(dy, [-1, bias.size])], {}, 1)[0] as tf.Tensor,
    ],
  );
}

function composed(
  x: tf.Tensor,
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  paddings: Paddings,
): tf.Tensor {
  const padded = tf.pad(x, paddings);
  const convolved =
    kernel.rank === 4
      ? tf.conv2d(padded as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'valid')
      : tf.conv3d(padded as tf.Tensor5D, kernel as tf.Tensor5D, 1, 'valid');
  return bias === undefined ? convolved : tf.add(convolved, bias);
}
