import { presets } from '@borealis/dit-sampler';
import { samplerStepRow } from '../dit-sampler/sampler-step.ts';
import type { Suite } from '../suite.ts';
import { wholeVideoRows } from '../video-vae/coding-rows.ts';

const { heads, headDim, ffnDim, latentFrames, latentWidth, textLength, textDim } = presets['wan2.2-ti2v-5b'];

/**
 * What goldens are too small for: the published widths, with equal drawn weights on both sides. One block of the transformer
 * (dim 3072, 5,120 tokens) between its embeddings and its head, and the VAE. It is run to compare outputs, with
 * `--against pytorch --repetitions 1`.
 */
export const fullWidthSuite: Suite = {
  name: 'full-width',
  peerPackages: ['diffusers'],
  rows: [
    samplerStepRow({
      layers: 1,
      ...{ heads, headDim, ffnDim, latentFrames, latentSide: latentWidth, textLength, textDim },
      rank: 32,
    }),
    ...wholeVideoRows({ divisor: 1, frames: 5, side: 64 }),
  ],
};
