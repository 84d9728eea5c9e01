import { silu } from '@borealis/tensor';
import type { tf } from '@borealis/tensor';
import { convPair } from './causal-convolution.ts';
import type { CosmosContext } from './cosmos-context.ts';
import type { CosmosDecoder } from './cosmos-parameters.ts';
import { middle } from './encoder.ts';
import { frameNorm } from './frame-norm.ts';
import { doublingAfter } from './halvings.ts';
import { upsample } from './resampling.ts';
import { residualBlock } from './residual-block.ts';
import { within } from './see.ts';

/** DecoderFactorized before its patches are undone: `[b t' h' w' latent]` → `[b t h w p³·3]` */
export function decoder(latents: tf.Tensor, p: CosmosDecoder, { config, see }: CosmosContext): tf.Tensor {
  let x = see('conv_in', convPair(latents, p.conv_in, within(see, 'conv_in')));
  x = middle(x, p.mid, within(see, 'mid'));
  for (const [level, { block, upsample: up }] of Object.entries(p.up).reverse()) {
    for (const [i, weights] of Object.entries(block)) {
      const name = `up.${level}.block.${i}`;
      x = see(name, residualBlock(x, weights, within(see, name)));
    }
    if (up !== undefined) {
      x = see(`up.${level}.upsample`, upsample(x, up, doublingAfter(config, Number(level))));
    }
  }
  const normal = see('norm_out', frameNorm(x, p.norm_out));
  return see('conv_out', convPair(silu(normal), p.conv_out, within(see, 'conv_out')));
}
