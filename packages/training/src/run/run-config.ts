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
  /** What is evaluated on during training, and how many windows of it; null where nothing is. */
  validation: dataSchema.extend({ windows: z.int().positive() }).nullable(),
});

export type RunConfig = z.infer<typeof runConfigSchema>;
