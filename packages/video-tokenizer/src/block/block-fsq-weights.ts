import { z } from 'zod';
import { COSMOS_LEVELS } from '../fsq/fsq-levels.ts';

/** What a block FSQ tokenizer is, but for its numbers. Unknown keys are refused. */
export const blockFsqConfigSchema = z.strictObject({
  kind: z.literal('block-fsq'),
  version: z.literal(1),
  /** FSQ levels, one per coefficient, the coefficient of largest variance first. */
  levels: z
    .array(z.int().min(2).max(256))
    .min(1)
    .max(16)
    .default(() => [...COSMOS_LEVELS]),
  /** Eigenvectors of the training blocks' covariance, or fixed cosines. */
  basis: z.enum(['klt', 'dct']),
});

export type BlockFsqConfig = z.output<typeof blockFsqConfigSchema>;

/** A fitted tokenizer, as plain data; k = number of levels. */
export interface BlockFsqWeights {
  readonly config: BlockFsqConfig;
  /** Mean block, `[(y x c)]` = `[192]`, in [0, 1]. */
  readonly mean: Float32Array;
  /** Orthonormal columns, `[(y x c) k]`. */
  readonly basis: Float32Array;
  /** A coefficient c goes into FSQ as `(c − center) · scale`: `[k]` each. */
  readonly centers: Float32Array;
  readonly scales: Float32Array;
  /** The mean of the training coefficients in each level's cell, coefficient by coefficient: `[sum of levels]`. */
  readonly values: Float32Array;
  /** Linear decoders of the grid kinds: `[f (t y x c)]`, f as in `featureCount`: t = 1, 8, 8. */
  readonly decoders: readonly [Float32Array, Float32Array, Float32Array];
}
