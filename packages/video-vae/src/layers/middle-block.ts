import type { tf } from '@borealis/tensor';
import type { MiddleBlock } from '../parameters.ts';
import type { TimeAxis } from '../time/time-axis.ts';
import { attentionBlock } from './attention-block.ts';
import { residualBlock } from './residual-block.ts';

/** `[b t h w c]` */
export function middleBlock(x: tf.Tensor, p: MiddleBlock, time: TimeAxis, layer: string): tf.Tensor {
  const before = residualBlock(x, p.resnets['0'], time, `${layer}.resnets.0`);
  const seen = attentionBlock(before, p.attentions['0']);
  return residualBlock(seen, p.resnets['1'], time, `${layer}.resnets.1`);
}
