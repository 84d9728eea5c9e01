import type { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from './config.ts';
import { causalConvolution } from './layers/causal-convolution.ts';
import { downBlock } from './layers/down-block.ts';
import { middleBlock } from './layers/middle-block.ts';
import { normaliseAndActivate } from './layers/normalise.ts';
import { levelsOf } from './levels.ts';
import type { EncoderParameters } from './parameters.ts';
import type { TimeAxis } from './time/time-axis.ts';
import type { Trace } from './trace.ts';

/** Patches `[b t h w c]` → moments before `quant_conv` `[b t' h/8 w/8 2·z]` (Wan2.2 vae2_2.py `Encoder3d`). */
export function encoder(
  config: VideoVaeConfig,
  p: EncoderParameters,
  { patches, time, trace }: { readonly patches: tf.Tensor; readonly time: TimeAxis; readonly trace?: Trace },
): tf.Tensor {
  let x = causalConvolution(patches, p.conv_in, time, 'encoder.conv_in');
  trace?.('encoder.conv_in', x);
  for (const [i, level] of levelsOf(config).encoder.entries()) {
    const layer = `encoder.down_blocks.${i}`;
    const { y, shortcut } = downBlock(x, p.down_blocks[i] ?? { resnets: {} }, { level, time, layer });
    trace?.(`${layer}.avg_shortcut`, shortcut);
    trace?.(layer, y);
    x = y;
  }
  x = middleBlock(x, p.mid_block, time, 'encoder.mid_block');
  trace?.('encoder.mid_block', x);
  return causalConvolution(normaliseAndActivate(x, p.norm_out), p.conv_out, time, 'encoder.conv_out');
}
