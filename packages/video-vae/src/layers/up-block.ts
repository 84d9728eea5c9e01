import { residualAdd, tf } from '@borealis/tensor';
import type { DecoderLevel } from '../levels.ts';
import type { Convolution, UpBlock } from '../parameters.ts';
import type { TimeAxis } from '../time/time-axis.ts';
import { REACH, timeConvolution } from './causal-convolution.ts';
import { duplicateUp } from './duplicate-up.ts';
import { doubleSpace } from './double-space.ts';
import { framesOf, joinFrames, lastFrames, timeOf, zeroFrames } from './frames.ts';
import { residualBlock } from './residual-block.ts';

/** A level of the decoder (Wan2.2 vae2_2.py `Up_ResidualBlock`), and what its shortcut adds, if it has one. `[b t h w c]` */
export function upBlock(
  x: tf.Tensor,
  p: UpBlock,
  { level, time, layer }: { readonly level: DecoderLevel; readonly time: TimeAxis; readonly layer: string },
): { readonly y: tf.Tensor; readonly shortcut?: tf.Tensor } {
  const beginsClip = time.beginsClip(x);
  let y = x;
  for (const [i, block] of Object.entries(p.resnets))
    y = residualBlock(y, block, time, `${layer}.resnets.${i}`);
  if (p.upsampler === undefined) return { y };
  const { time_conv: timeConv, resample } = p.upsampler;
  if (timeConv !== undefined) y = doubleTime(y, timeConv, time, `${layer}.upsampler.time_conv`);
  y = doubleSpace(y, resample['1']);
  const factors = { time: level.doublesTime ? 2 : 1, space: 2 };
  const shortcut = shortcutOf(x, { ...factors, out: level.outChannels, frames: timeOf(y), beginsClip });
  return { y: residualAdd(shortcut, y), shortcut };
}

/** Of the frames of `x` only those that the last `frames` outputs stand on. */
function shortcutOf(
  x: tf.Tensor,
  options: {
    readonly out: number;
    readonly time: number;
    readonly space: number;
    readonly frames: number;
    readonly beginsClip: boolean;
  },
): tf.Tensor {
  const { out, time, space, frames, beginsClip } = options;
  const needed = Math.min(timeOf(x), Math.ceil((frames + time - 1) / time));
  const begins = beginsClip && needed === timeOf(x);
  const doubled = duplicateUp(lastFrames(x, needed), out, { time, space, beginsClip: begins });
  return lastFrames(doubled, frames);
}

/**
 * The clip's first frame passes as it is; each later one becomes two, which `time_conv` computes from it and two frames
 * before, the clip's first not among them.
 */
function doubleTime(x: tf.Tensor, p: Convolution, time: TimeAxis, layer: string): tf.Tensor {
  const begins = time.beginsClip(x);
  const first = begins ? framesOf(x, 0, 1) : undefined;
  const later = timeOf(x) - (begins ? 1 : 0);
  if (first !== undefined && later === 0) {
    time.skip(first, layer, REACH);
    return first;
  }
  const { frames, past } = time.step(lastFrames(x, later), layer, REACH);
  const seen = joinFrames(past ?? zeroFrames(frames, REACH), frames);
  const pairs = timeConvolution(seen, p, 1); // [b t h w 2·c]
  return time.crop(joinFrames(first, asFrames(pairs)), layer);
}

/** Of twice the channels the first half is the earlier frame, the second half the later one. */
function asFrames(pairs: tf.Tensor): tf.Tensor {
  const [b, t, h, w, c] = pairs.shape as [number, number, number, number, number];
  const apart = tf.reshape(pairs, [b, t, h, w, 2, c / 2]);
  return tf.reshape(tf.transpose(apart, [0, 1, 4, 2, 3, 5]), [b, 2 * t, h, w, c / 2]);
}
