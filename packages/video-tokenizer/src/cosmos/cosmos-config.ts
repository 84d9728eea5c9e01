import { z } from 'zod';
import { COSMOS_LEVELS } from '../fsq/fsq-levels.ts';

const count = z.int().positive();
const powerOfTwo = count.refine((n) => Number.isInteger(Math.log2(n)), 'must be a power of two');

const fieldsSchema = z.strictObject({
  /** Colours of a picture. */
  pictureChannels: count,
  /** A patch is so many pixels high and wide and, but for the first frame's, so many frames long. */
  patchSize: powerOfTwo,
  /** Width before the first level, and of each level as a multiple of it. */
  channels: count,
  channelMultipliers: z.array(count).min(1),
  /** Residual blocks of an encoder level; a decoder level has one more. */
  residualBlocks: count,
  /** Between encoder and quantiser, and between quantiser and decoder. */
  latentChannels: count,
  /** Pixels a side, and frames, that a code stands for. */
  spatialCompression: powerOfTwo,
  temporalCompression: powerOfTwo,
  /** FSQ levels of a code, the first varying fastest. */
  levels: z.array(z.int().min(2).max(256)).min(1),
});

/**
 * Sizes of a causal discrete video tokenizer of the Cosmos family (Cosmos-Tokenizer networks/configs.py, factorised
 * form; attention in the middle alone, as in all that is published).
 */
export const cosmosConfigSchema = fieldsSchema.superRefine((config, context) => {
  const { patchSize, channelMultipliers } = config;
  for (const key of ['spatialCompression', 'temporalCompression'] as const) {
    const halvings = Math.log2(config[key] / patchSize);
    if (halvings >= 0 && halvings < channelMultipliers.length) continue;
    const most = patchSize * 2 ** (channelMultipliers.length - 1);
    const message = `patches of ${patchSize} and ${channelMultipliers.length} levels allow ${patchSize} to ${most}`;
    context.addIssue({ code: 'custom', path: [key], message });
  }
});

export type CosmosConfig = z.infer<typeof cosmosConfigSchema>;

const dv8x8x8 = {
  pictureChannels: 3,
  patchSize: 4,
  channels: 128,
  channelMultipliers: [2, 4, 4],
  residualBlocks: 2,
  latentChannels: 16,
  spatialCompression: 8,
  temporalCompression: 8,
  levels: [...COSMOS_LEVELS],
} satisfies CosmosConfig;

/** The published size, and one of the same form that runs in a moment. */
export const cosmosPresets = {
  'cosmos-dv8x8x8': dv8x8x8,
  small: { ...dv8x8x8, channels: 8 },
} as const satisfies Record<string, CosmosConfig>;
