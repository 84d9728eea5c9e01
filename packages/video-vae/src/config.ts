import { z } from 'zod';
import { unevenLevels } from './levels.ts';
import { PUBLISHED_MEAN, PUBLISHED_STD } from './published-latents.ts';

const count = z.int().positive();

const fieldsSchema = z.strictObject({
  /** Channels of the encoder's first level; the others have `dimMult` times as many. */
  baseDim: count,
  /** Of the decoder's last level. */
  decoderBaseDim: count,
  /** Channels of a latent. */
  zDim: count,
  dimMult: z.array(count).min(1),
  /** Residual blocks of an encoder level; a decoder level has one more. */
  numResBlocks: count,
  /** Which of the steps from level to level halve time too (all halve height and width). */
  temporalDownsample: z.array(z.boolean()),
  /** Squares of so many pixels become channels before the encoder sees them. */
  patchSize: count,
  /** Of each latent channel: what latents are normalised with. */
  latentsMean: z.array(z.number()),
  latentsStd: z.array(z.number().positive()),
  /**
   * What training cuts from a dataset: clips of so many frames, 1 + 4k … The encoder looks back over some 110 frames at the
   * published depth, 80 at the size `small`; latents that see further back than any clip leave the range that was learned.
   */
  clipFrames: count,
  /** … and from them squares of so many pixels, at random places; null leaves pictures whole. */
  cropSize: count.nullable(),
  /** What the divergence of latents from a standard normal weighs against a pixel's error. */
  klWeight: z.number().nonnegative(),
  /** A perceptual distance (LPIPS) beside the pixels' error: a file of weights, and what it weighs. Null: none. */
  perceptual: z
    .strictObject({ weights: z.string().min(1), weight: z.number().positive() })
    .nullable()
    .default(null),
});

export const videoVaeConfigSchema = fieldsSchema.superRefine((config, context) => {
  const refuse = (path: keyof VideoVaeConfig, message: string) => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const { dimMult, temporalDownsample, zDim, latentsMean, latentsStd, clipFrames, cropSize } = config;
  if (temporalDownsample.length !== dimMult.length - 1)
    refuse('temporalDownsample', `${dimMult.length} levels have ${dimMult.length - 1} steps between them`);
  const uneven = unevenLevels(config);
  if (uneven.length > 0)
    refuse('dimMult', `a level's shortcut needs channels that divide evenly: not ${uneven.join(', ')}`);
  for (const [name, values] of Object.entries({ latentsMean, latentsStd })) {
    if (values.length !== zDim)
      refuse(name as keyof VideoVaeConfig, `${values.length} values for ${zDim} latent channels`);
  }
  if ((clipFrames - 1) % temporalRatio(config) !== 0)
    refuse('clipFrames', `a clip has 1 + ${temporalRatio(config)}k frames, not ${clipFrames}`);
  if (cropSize !== null && cropSize % spatialRatio(config) !== 0)
    refuse('cropSize', `sides must be multiples of ${spatialRatio(config)}`);
});

export type VideoVaeConfig = z.infer<typeof fieldsSchema>;

/** Frames that one latent frame stands for (the first one stands for a single frame). */
export function temporalRatio({ temporalDownsample }: Pick<VideoVaeConfig, 'temporalDownsample'>): number {
  return 2 ** temporalDownsample.filter(Boolean).length;
}

/** Pixels on a side that one latent pixel stands for: the patches count. */
export function spatialRatio({ dimMult, patchSize }: Pick<VideoVaeConfig, 'dimMult' | 'patchSize'>): number {
  return patchSize * 2 ** (dimMult.length - 1);
}

const SMALL_Z = 16;

/** Published and laptop sizes. */
export const presets = {
  /** The VAE of Wan 2.2 TI2V-5B: 704,688,668 parameters. */
  'wan2.2-ti2v-5b': {
    baseDim: 160,
    decoderBaseDim: 256,
    zDim: 48,
    dimMult: [1, 2, 4, 4],
    numResBlocks: 2,
    temporalDownsample: [false, true, true],
    patchSize: 2,
    latentsMean: PUBLISHED_MEAN,
    latentsStd: PUBLISHED_STD,
    clipFrames: 17,
    cropSize: 256,
    klWeight: 1e-6,
    perceptual: null,
  },
  /** The same architecture for two processor cores. */
  small: {
    baseDim: 16,
    decoderBaseDim: 24,
    zDim: SMALL_Z,
    dimMult: [1, 2, 4, 4],
    numResBlocks: 1,
    temporalDownsample: [false, true, true],
    patchSize: 2,
    latentsMean: Array<number>(SMALL_Z).fill(0),
    latentsStd: Array<number>(SMALL_Z).fill(1),
    clipFrames: 33,
    cropSize: 64,
    klWeight: 1e-6,
    perceptual: null,
  },
} satisfies Record<string, VideoVaeConfig>;
