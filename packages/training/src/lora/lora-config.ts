import { z } from 'zod';

/** Low-rank adapters (Hu et al. 2021). */
export const loraConfigSchema = z.strictObject({
  /** Inner width of an adapter. */
  rank: z.int().positive(),
  /** What an adapter adds is multiplied with alpha / rank. */
  alpha: z.number().positive(),
  /** Share of an adapter's inputs that training sets to 0. */
  dropout: z.number().min(0).lt(1),
  /** `all`: every linear layer that the model lets be adapted. Else names: a layer's whole dotted path, or its last parts. */
  layers: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]),
});

export type LoraConfig = z.infer<typeof loraConfigSchema>;
