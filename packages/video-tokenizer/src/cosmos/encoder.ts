import { silu } from '@borealis/tensor';
import type { tf } from '@borealis/tensor';
import { spatialAttention, temporalAttention } from './attention-blocks.ts';
import { convPair } from './causal-convolution.ts';
import type { CosmosContext } from './cosmos-context.ts';
import type { CosmosEncoder, Middle } from './cosmos-parameters.ts';
import { frameNorm } from './frame-norm.ts';
import { halvingAfter } from './halvings.ts';
import { downsample } from './resampling.ts';
import { residualBlock } from './residual-block.ts';
import type { See } from './see.ts';
import { within } from './see.ts';

/** EncoderFactorized without its patches: `[b t h w p³·3]` → `[b t' h' w' latent]` */
export function encoder(patches: tf.Tensor, p: CosmosEncoder, { config, see }: CosmosContext): tf.Tensor {
  let x = see('conv_in', convPair(patches, p.conv_in, within(see, 'conv_in')));
  for (const [level, { block, downsample: down }] of Object.entries(p.down)) {
    for (const [i, weights] of Object.entries(block)) {
      const name = `down.${level}.block.${i}`;
      x = see(name, residualBlock(x, weights, within(see, name)));
    }
    if (down !== undefined) {
      x = see(`down.${level}.downsample`, downsample(x, down, halvingAfter(config, Number(level))));
    }
  }
  x = middle(x, p.mid, within(see, 'mid'));
  return convPair(silu(see('norm_out', frameNorm(x, p.norm_out))), p.conv_out, within(see, 'conv_out'));
}

/** What lies between down and up, alike in encoder and decoder. */
export function middle(x: tf.Tensor, p: Middle, see: See): tf.Tensor {
  const before = see('block_1', residualBlock(x, p.block_1, within(see, 'block_1')));
  const overSpace = see('attn_1.0', spatialAttention(before, p.attn_1[0]));
  const overTime = see('attn_1.1', temporalAttention(overSpace, p.attn_1[1]));
  return see('block_2', residualBlock(overTime, p.block_2, within(see, 'block_2')));
}
