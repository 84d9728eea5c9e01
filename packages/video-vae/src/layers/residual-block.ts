import { residualAdd, type tf } from '@borealis/tensor';
import type { ResidualBlock } from '../parameters.ts';
import type { TimeAxis } from '../time/time-axis.ts';
import { causalConvolution, pointConvolution } from './causal-convolution.ts';
import { lastFrames, timeOf } from './frames.ts';
import { normaliseAndActivate } from './normalise.ts';

/** Norm, SiLU, convolution, twice; added to the input (Wan2.2 vae2_2.py `ResidualBlock`). `[b t h w c]` */
export function residualBlock(x: tf.Tensor, p: ResidualBlock, time: TimeAxis, layer: string): tf.Tensor {
  const first = causalConvolution(normaliseAndActivate(x, p.norm1), p.conv1, time, `${layer}.conv1`);
  const second = causalConvolution(normaliseAndActivate(first, p.norm2), p.conv2, time, `${layer}.conv2`);
  const kept = lastFrames(x, timeOf(second));
  const shortcut = p.conv_shortcut === undefined ? kept : pointConvolution(kept, p.conv_shortcut);
  return residualAdd(shortcut, second);
}
