import { z } from 'zod';
import { trainingConfigSchema } from '../loop/training-config.ts';

const dataSchema = z.strictObject({
  dir: z.string(),
  /** `datasetFingerprint` of @borealis/dataset: SHA-256 over names, sizes and contents of its files. */
  fingerprint: z.string(),
});

/** What decides a run's bits, besides program and machine. */
export const runConfigSchema = z.strictObject({
  /** Name of the model's package, without its scope. */
  model: z.string(),
  /** As the model's own schema has it, adapted to the data. */
  modelConfig: z.json(),
  training: trainingConfigSchema,
  seed: z.int(),
  data: dataSchema,
  /** Of a model that learns latents: content hash of the autoencoder that made them, and where it was given; else null. */
  latents: z.strictObject({ encoder: z.string(), dir: z.string().nullable() }).nullable().default(null),
  /** The weights that training starts from, where they aren't drawn by the seed; `sha256` of their file. */
  from: z.strictObject({ dir: z.string(), sha256: z.string() }).nullable().default(null),
  /**
   * What is evaluated on during training, how many windows of it, and how many of these autoregressively, too; null where
   * nothing is.
   */
  validation: dataSchema
    .extend({
      windows: z.int().positive(),
      autoregressive: z.int().nonnegative().default(0),
      /** Futures that are drawn, too: of so many windows, the mean of so many samples, in so many steps. */
      sampling: z
        .strictObject({
          windows: z.int().positive(),
          samples: z.int().positive(),
          steps: z.int().positive(),
        })
        .nullable()
        .default(null),
    })
    .nullable(),
});

export type RunConfig = z.infer<typeof runConfigSchema>;
