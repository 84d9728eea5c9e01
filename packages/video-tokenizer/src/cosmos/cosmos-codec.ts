import type { tf } from '@borealis/tensor';
import { pointwiseConv } from './causal-convolution.ts';
import type { CosmosConfig } from './cosmos-config.ts';
import type { CosmosParameters } from './cosmos-parameters.ts';
import { decoder } from './decoder.ts';
import { encoder } from './encoder.ts';
import { haarPatches, undoHaarPatches } from './haar-patches.ts';
import { quantize, valuesOf } from './quantizer.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import type { See } from './see.ts';
import { unseen, within } from './see.ts';

export interface CosmosOptions {
  readonly config: CosmosConfig;
  /** Shown what lies between, channels last, under the names of the public code. */
  readonly see?: See;
}

/**
 * Codes of videos (CausalDiscreteVideoTokenizer.encode). Causal: the first k grids depend on the first
 * `1 + 8 (k − 1)` frames alone.
 *
 * @param video `[b 1+8k h w 3]`, [-1, 1], h and w multiples of 8
 * @returns `[b 1+k h/8 w/8]` int32
 * @throws VideoTokenizerError `frames`
 */
export function cosmosEncode(
  p: CosmosParameters,
  video: tf.Tensor,
  { config, see = unseen }: CosmosOptions,
): tf.Tensor {
  checkVideo(config, video.shape);
  const patches = see('patched', haarPatches(video, config.patchSize));
  const latents = see('encoder_out', encoder(patches, p.encoder, { config, see: within(see, 'encoder') }));
  const z = see('quant_conv', pointwiseConv(latents, p.quant_conv));
  const { bounded, values, indices } = quantize(z, config.levels);
  see('bounded', bounded);
  see('codes', values);
  return indices;
}

/**
 * Videos of codes (CausalDiscreteVideoTokenizer.decode_code).
 *
 * @param indices `[b 1+k gh gw]` int32, in [0, product of the levels)
 * @returns `[b 1+8k 8·gh 8·gw 3]`, about [-1, 1], not clamped
 */
export function cosmosDecode(
  p: CosmosParameters,
  indices: tf.Tensor,
  { config, see = unseen }: CosmosOptions,
): tf.Tensor {
  const values = see('codes', valuesOf(indices, config.levels));
  const latents = see('post_quant_conv', pointwiseConv(values, p.post_quant_conv));
  return undoHaarPatches(
    decoder(latents, p.decoder, { config, see: within(see, 'decoder') }),
    config.patchSize,
  );
}

/** The public code doesn't look: 5 frames would pass as one grid, 6 as two. */
function checkVideo(config: CosmosConfig, shape: readonly number[]): void {
  const { spatialCompression: side, temporalCompression: length, pictureChannels } = config;
  const [, frames = 0, height = 0, width = 0, channels] = shape;
  const good = frames % length === 1 && height % side === 0 && width % side === 0;
  if (shape.length === 5 && good && channels === pictureChannels) return;
  throw new VideoTokenizerError(
    'frames',
    `A video of [${shape.join(', ')}] can't be encoded: [b t h w ${pictureChannels}] is needed, t one more than a ` +
      `multiple of ${length}, h and w multiples of ${side}.`,
  );
}
