import { z } from 'zod';
import { GRIDS_PER_TRIPLE } from './grid-times.ts';

const count = z.int().positive();

/** How codes are embedded and predicted. */
const vocabularySchema = z.discriminatedUnion('kind', [
  /** One row of a table per code, tied: the same table embeds and predicts. */
  z.strictObject({ kind: z.literal('codes'), size: count }),
  /**
   * A code by its FSQ levels, the first varying fastest: embedded as a sum of one row per level, predicted by a mixture
   * of `components` products of one distribution per level. Log-probabilities add up to those of all codes.
   */
  z.strictObject({ kind: z.literal('levels'), levels: z.array(count).min(2), components: count }),
]);

const fieldsSchema = z.strictObject({
  /** Width of the residual stream. */
  dim: count,
  layers: count,
  heads: count,
  /** The MLP is so many times wider than the stream. */
  mlpRatio: z.number().positive(),
  gridHeight: count,
  gridWidth: count,
  /** Grids the model sees at once, the last target not among them. */
  timeSteps: count,
  /** Of these the first so many are given; the others, and one more, are predicted. */
  contextGrids: count,
  vocabulary: vocabularySchema,
  /**
   * `spatio-temporal`: in each layer a place sees all of its grid, then itself in earlier grids. `full`: it sees all places of
   * its grid and of earlier ones in one attention, which there is one of in place of two.
   */
  attention: z.enum(['spatio-temporal', 'full']).default('spatio-temporal'),
  /** `pre`: LayerNorm before each attention and the MLP. `qk`: one LayerNorm over the head dimension of q and k instead. */
  normalisation: z.enum(['pre', 'qk']),
  /** Robot states as input, or a learned constant in their place (the same number of parameters). */
  states: z.enum(['on', 'off']),
  /**
   * `pose`: states as they are, normalised. `motion`: positions as what they change around the grid's last frame. Poses tell
   * recordings apart: with few of them they are learned by heart.
   */
  stateForm: z.enum(['pose', 'motion']),
  /** Channels of a state. */
  stateChannels: count,
  /**
   * In training, layers keep what goes into them only and compute the rest again for the gradient: less memory, a third more
   * time where all do (true); a number: so many of the first.
   */
  recompute: z.union([z.boolean(), count]).default(false),
});

export const stTransformerConfigSchema = fieldsSchema.superRefine((config, context) => {
  const refuse = (path: string, message: string) => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const { dim, heads, timeSteps, contextGrids } = config;
  if (dim % heads !== 0) refuse('dim', `${dim} can't be divided among ${heads} heads: choose a multiple`);
  if (timeSteps < GRIDS_PER_TRIPLE)
    refuse('timeSteps', `the model must see a whole triple, at least ${GRIDS_PER_TRIPLE} grids`);
  if (contextGrids > timeSteps)
    refuse('contextGrids', `the model sees ${timeSteps} grids, so it can't be given ${contextGrids}`);
});

export type StTransformerConfig = z.infer<typeof stTransformerConfigSchema>;

const FSQ_LEVELS = [8, 8, 8, 5, 5, 5];

/** Of the laptop sizes: for 128 × 128 pixels, and few tokens for so many codes. */
const simulated = {
  mlpRatio: 4,
  gridHeight: 16,
  gridWidth: 16,
  timeSteps: 5,
  contextGrids: 3,
  vocabulary: { kind: 'levels', levels: FSQ_LEVELS, components: 4 },
  attention: 'spatio-temporal',
  normalisation: 'pre',
  states: 'on',
  stateForm: 'motion',
  stateChannels: 25,
  recompute: false,
} as const;

/** Published and laptop sizes. */
export const presets = {
  /** The winning entry's: 24 · 16 · 512² + 64,000 · 512 + 5 · 1024 · 512 weights, before norms, biases and states. */
  'revontuli-136m': {
    dim: 512,
    layers: 24,
    heads: 8,
    mlpRatio: 4,
    gridHeight: 32,
    gridWidth: 32,
    timeSteps: 5,
    contextGrids: 3,
    vocabulary: { kind: 'codes', size: 64_000 },
    attention: 'spatio-temporal',
    normalisation: 'pre',
    states: 'on',
    stateForm: 'pose',
    stateChannels: 25,
    recompute: false,
  },
  /** Minutes on two processor cores, with the few tokens of the sample data. */
  small: { ...simulated, dim: 96, layers: 3, heads: 3 },
  /** Hours on two processor cores, with more tokens than the sample data has. */
  medium: { ...simulated, dim: 160, layers: 5, heads: 5 },
} as const satisfies Record<string, StTransformerConfig>;
