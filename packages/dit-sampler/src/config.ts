import { loraConfigSchema, VELOCITIES } from '@borealis/training';
import { z } from 'zod';

const count = z.int().positive();
const share = z.number().min(0).lt(1);

/** How robot states enter: sinusoidal features → MLP → 1-D convolutions down to the latent frames → timestep embedding. */
const statesSchema = z.strictObject({
  /** Channels of a state. */
  channels: count,
  /**
   * `pose`: states as they are. `motion`: what has changed since the last given frame (`motionSince`); a small model learns
   * to hear it sooner, and does not know recordings by their poses.
   */
  form: z.enum(['pose', 'motion']),
  /** Sines and cosines of so many frequencies stand for each channel. */
  frequencies: count,
  /** Width of the MLP and the convolutions. */
  dim: count,
  /** Share of the training windows that are shown no states: what guidance away from "no states" needs. */
  dropout: share,
});

/** What noise levels training sees: uniform or logit-normal ones, shifted. */
const noiseSchema = z.discriminatedUnion('distribution', [
  z.strictObject({ distribution: z.literal('uniform') }),
  /** σ before the shift is the logistic function of a normal number (Esser et al. 2024). */
  z.strictObject({
    distribution: z.literal('logit-normal'),
    mean: z.number(),
    deviation: z.number().positive(),
  }),
]);

const fieldsSchema = z.strictObject({
  layers: count,
  heads: count,
  headDim: count,
  ffnDim: count,
  /** Sines and cosines that stand for a timestep, together. */
  freqDim: count,
  /** Channels of a latent, in and out. */
  latentChannels: count,
  textDim: count,
  /** Tokens of the text embedding where none is given (zeros). */
  textLength: count,
  /** What one token spans: latent frames, rows, columns. */
  patchSize: z.tuple([count, count, count]),
  eps: z.number().positive(),
  /** Latent frames, rows and columns of a window; T latent frames stand for 1 + 4 (T − 1) frames. */
  latentFrames: count,
  latentHeight: count,
  latentWidth: count,
  /** Of the latent frames the first so many are given. */
  contextLatents: z.int().nonnegative(),
  /** Frames from one window of the data to the next: less than a window's, so that windows overlap, gives more of them. */
  stride: count,
  /** Null: a model without states. */
  states: statesSchema.nullable(),
  /** Null: all parameters train. Else the adapters do, and what robot states pass through. */
  lora: loraConfigSchema.nullable(),
  /** How far noise levels are moved towards noise: σ ← s σ / (1 + (s − 1) σ). */
  shift: z.number().positive(),
  trainingNoise: noiseSchema,
  /** Training computes the activations of all blocks, or of so many of the first, again in the backward pass instead of keeping them. */
  recompute: z.union([z.boolean(), count]),
});

export const ditSamplerConfigSchema = fieldsSchema.superRefine((config, context) => {
  const refuse = (path: string, message: string) => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const { headDim, freqDim, patchSize, contextLatents, latentFrames, latentHeight, latentWidth, states } =
    config;
  if (headDim % 2 !== 0 || headDim < 6)
    refuse('headDim', `${headDim}: the rotary embedding of three axes needs pairs of channels, at least 6`);
  if (freqDim % 2 !== 0) refuse('freqDim', `${freqDim} can't be halved into cosines and sines`);
  if (states?.form === 'motion' && states.channels <= VELOCITIES)
    refuse(
      'states',
      `${states.channels} channels: motion takes the last ${VELOCITIES} as velocities, and positions before`,
    );
  if (states?.form === 'motion' && contextLatents === 0)
    refuse('states', 'motion is told from the last given frame, and contextLatents is 0');
  if (states !== null && patchSize[0] !== 1)
    refuse('patchSize', `states tell each latent frame apart: a token can't span ${patchSize[0]} of them`);
  if (contextLatents >= latentFrames)
    refuse(
      'contextLatents',
      `${contextLatents} of ${latentFrames} latent frames are given: none is left to generate`,
    );
  const sizes = [latentFrames, latentHeight, latentWidth];
  for (const [i, name] of ['latentFrames', 'latentHeight', 'latentWidth'].entries()) {
    if ((sizes[i] ?? 0) % (patchSize[i] ?? 1) !== 0)
      refuse(name, `${sizes[i] ?? 0} can't be cut into patches of ${patchSize[i] ?? 1}`);
  }
  if (contextLatents % patchSize[0] !== 0)
    refuse('contextLatents', `${contextLatents} given latent frames end inside a patch of ${patchSize[0]}`);
});

export type DitSamplerConfig = z.infer<typeof ditSamplerConfigSchema>;
export type StatesConfig = NonNullable<DitSamplerConfig['states']>;

/** Published and laptop sizes. */
export const presets = {
  /** Wan 2.2 TI2V-5B as post-trained for robots by the challenge's winning entry: 77 frames of 512×512, 17 of them given. */
  'wan2.2-ti2v-5b': {
    layers: 30,
    heads: 24,
    headDim: 128,
    ffnDim: 14_336,
    freqDim: 256,
    latentChannels: 48,
    textDim: 4096,
    textLength: 512,
    patchSize: [1, 2, 2],
    eps: 1e-6,
    latentFrames: 20,
    latentHeight: 32,
    latentWidth: 32,
    contextLatents: 5,
    stride: 17,
    states: { channels: 25, form: 'pose', frequencies: 6, dim: 256, dropout: 0 },
    lora: { rank: 32, alpha: 32, dropout: 0, layers: 'all' },
    shift: 5,
    trainingNoise: { distribution: 'uniform' },
    recompute: true,
  },
  /** The same architecture and task, of 128×128, at a size that trains on two processor cores, from nothing. */
  small: {
    layers: 4,
    heads: 4,
    headDim: 32,
    ffnDim: 512,
    freqDim: 64,
    latentChannels: 16,
    textDim: 64,
    textLength: 1,
    patchSize: [1, 2, 2],
    eps: 1e-6,
    latentFrames: 20,
    latentHeight: 8,
    latentWidth: 8,
    contextLatents: 5,
    stride: 12,
    states: { channels: 25, form: 'motion', frequencies: 4, dim: 64, dropout: 0 },
    lora: null,
    shift: 3,
    trainingNoise: { distribution: 'uniform' },
    recompute: false,
  },
} as const satisfies Record<string, DitSamplerConfig>;

/** Width of the residual stream. */
export function dimOf({ heads, headDim }: Pick<DitSamplerConfig, 'heads' | 'headDim'>): number {
  return heads * headDim;
}
