import { z } from 'zod';

const count = z.int().positive();
const share = z.number().min(0).max(1);

const fieldsSchema = z.strictObject({
  /** Width of the residual stream. */
  dim: count,
  layers: count,
  heads: count,
  /** The MLP is so many times wider than the stream. */
  mlpRatio: z.number().positive(),
  /** Places in a grid: 16 × 16 of MAGVIT2 codes make 256. */
  places: count,
  /** Grids the model sees at once, the masked ones among them. */
  timeSteps: count,
  /** Number of codes; the mask is the code after the last. */
  codes: count,
  /** A code is so many digits, the lowest first; each has an embedding and a prediction of its own. */
  digits: count,
  /** `pre`: LayerNorm before the spatial attention and the MLP. `qk`: one LayerNorm over the head dimension of q and k. */
  normalisation: z.enum(['pre', 'qk']),
  qkvBias: z.boolean(),
  projBias: z.boolean(),
  mlpBias: z.boolean(),
  /** Scores and logits scaled as in muP, around heads of 64 and a width of 256. */
  mup: z.boolean(),
  /** In training, a random share of all digits up to this is replaced by random ones. */
  maxCorruptRate: share,
  /** How often training masks late grids alone, with more of their digits replaced. */
  lateMaskRatio: share,
  /** Grids that this leaves as they are, at least. */
  promptGrids: count,
});

/** The GENIE form of the public 1X baseline (1xgpt genie/config.py; Bruce et al. 2024, arXiv 2402.15391). */
export const genieConfigSchema = fieldsSchema.superRefine((config, context) => {
  const refuse = (path: string, message: string) => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const { dim, heads, codes, digits, promptGrids, timeSteps } = config;
  if (dim % heads !== 0) refuse('dim', `${dim} can't be divided among ${heads} heads: choose a multiple`);
  if (valuesOfDigit(config) ** digits !== codes) refuse('codes', `${codes} is no power of ${digits}`);
  if (promptGrids >= timeSteps) refuse('promptGrids', `of ${timeSteps} grids, ${promptGrids} can't be left`);
});

export type GenieConfig = z.infer<typeof genieConfigSchema>;

/** Values of one digit: 512 for two digits of 262,144 codes. */
export function valuesOfDigit({ codes, digits }: Pick<GenieConfig, 'codes' | 'digits'>): number {
  return Math.round(codes ** (1 / digits));
}

const published = {
  dim: 256,
  layers: 32,
  heads: 8,
  mlpRatio: 4,
  places: 256,
  timeSteps: 16,
  codes: 262_144,
  digits: 2,
  normalisation: 'pre',
  qkvBias: false,
  projBias: true,
  mlpBias: true,
  mup: false,
  maxCorruptRate: 0.2,
  lateMaskRatio: 0.5,
  promptGrids: 8,
} as const satisfies GenieConfig;

/** The size in 1xgpt's own configuration file (magvit_n32_h8_d256), and one that trains in moments. */
export const geniePresets = {
  'magvit-n32-h8-d256': published,
  small: {
    ...published,
    dim: 64,
    layers: 4,
    heads: 4,
    places: 64,
    timeSteps: 8,
    promptGrids: 4,
    normalisation: 'qk',
  },
} as const satisfies Record<string, GenieConfig>;
