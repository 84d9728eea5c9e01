import { residualAdd, tf } from '@borealis/tensor';
import type { EncoderLevel } from '../levels.ts';
import type { Convolution, DownBlock } from '../parameters.ts';
import type { TimeAxis } from '../time/time-axis.ts';
import { averageDown } from './average-down.ts';
import { timeConvolution } from './causal-convolution.ts';
import { eachFrame, framesOf, joinFrames, timeOf } from './frames.ts';
import { residualBlock } from './residual-block.ts';

/** A level of the encoder (Wan2.2 vae2_2.py `Down_ResidualBlock`), and what its shortcut adds. `[b t h w c]` */
export function downBlock(
  x: tf.Tensor,
  p: DownBlock,
  { level, time, layer }: { readonly level: EncoderLevel; readonly time: TimeAxis; readonly layer: string },
): { readonly y: tf.Tensor; readonly shortcut: tf.Tensor } {
  const shortcut = averageDown(x, level.outChannels, {
    time: level.halvesTime ? 2 : 1,
    space: level.halvesSpace ? 2 : 1,
  });
  let y = x;
  for (const [i, block] of Object.entries(p.resnets))
    y = residualBlock(y, block, time, `${layer}.resnets.${i}`);
  if (p.downsampler !== undefined) {
    y = halveSpace(y, p.downsampler.resample['1']);
    const { time_conv: timeConv } = p.downsampler;
    if (timeConv !== undefined) y = halveTime(y, timeConv, time, `${layer}.downsampler.time_conv`);
  }
  return { y: residualAdd(shortcut, y), shortcut };
}

/** A zero column at the right and a zero row at the bottom, then 3×3 with stride 2: TensorFlow's `same` for even sides. */
function halveSpace(x: tf.Tensor, p: Convolution): tf.Tensor {
  return eachFrame(x, (pictures) => tf.add(tf.conv2d(pictures, p.weight as tf.Tensor4D, 2, 'same'), p.bias));
}

/** The clip's first frame passes as it is; later ones in pairs, each with the frame before. */
function halveTime(x: tf.Tensor, p: Convolution, time: TimeAxis, layer: string): tf.Tensor {
  const begins = time.beginsClip(x);
  const { frames, past } = time.step(x, layer, 1);
  if (!begins) return timeConvolution(joinFrames(past, frames), p, 2);
  const first = framesOf(frames, 0, 1);
  return timeOf(frames) === 1 ? first : joinFrames(first, timeConvolution(frames, p, 2));
}
