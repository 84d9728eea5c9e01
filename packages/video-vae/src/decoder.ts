import type { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from './config.ts';
import { causalConvolution } from './layers/causal-convolution.ts';
import { middleBlock } from './layers/middle-block.ts';
import { normaliseAndActivate } from './layers/normalise.ts';
import { upBlock } from './layers/up-block.ts';
import { levelsOf } from './levels.ts';
import type { DecoderParameters } from './parameters.ts';
import type { TimeAxis } from './time/time-axis.ts';
import type { Trace } from './trace.ts';

/** What `post_quant_conv` gives, `[b t h w z]` → patches `[b t' 8·h 8·w c]` (Wan2.2 vae2_2.py `Decoder3d`). */
export function decoder(
  config: VideoVaeConfig,
  p: DecoderParameters,
  { latents, time, trace }: { readonly latents: tf.Tensor; readonly time: TimeAxis; readonly trace?: Trace },
): tf.Tensor {
  let x = causalConvolution(latents, p.conv_in, time, 'decoder.conv_in');
  trace?.('decoder.conv_in', x);
  x = middleBlock(x, p.mid_block, time, 'decoder.mid_block');
  trace?.('decoder.mid_block', x);
  for (const [i, level] of levelsOf(config).decoder.entries()) {
    const layer = `decoder.up_blocks.${i}`;
    const { y, shortcut } = upBlock(x, p.up_blocks[i] ?? { resnets: {} }, { level, time, layer });
    if (shortcut !== undefined) trace?.(`${layer}.avg_shortcut`, shortcut);
    trace?.(layer, y);
    x = y;
  }
  return causalConvolution(normaliseAndActivate(x, p.norm_out), p.conv_out, time, 'decoder.conv_out');
}
