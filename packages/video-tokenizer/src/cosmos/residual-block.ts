import { silu, tf } from '@borealis/tensor';
import { convPair, pointwiseConv } from './causal-convolution.ts';
import type { ResidualBlock } from './cosmos-parameters.ts';
import { frameNorm } from './frame-norm.ts';
import type { See } from './see.ts';
import { within } from './see.ts';

/** Norm, SiLU and a pair of convolutions, twice; added to the input. `[b t h w c]` */
export function residualBlock(x: tf.Tensor, p: ResidualBlock, see: See): tf.Tensor {
  const first = convPair(silu(see('norm1', frameNorm(x, p.norm1))), p.conv1, within(see, 'conv1'));
  const second = convPair(silu(see('norm2', frameNorm(first, p.norm2))), p.conv2, within(see, 'conv2'));
  return tf.add(p.nin_shortcut === undefined ? x : pointwiseConv(x, p.nin_shortcut), second);
}
