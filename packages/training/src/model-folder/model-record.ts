import { z } from 'zod';

const originSchema = z.strictObject({
  /** Steps that were trained. */
  step: z.int().nonnegative(),
  seed: z.int(),
  /** As a run's configuration has them. */
  settings: z.json(),
  /** Fingerprint of the data that it was trained on. */
  data: z.string(),
  /** Fingerprint of the data that was evaluated on meanwhile; null where none was. */
  validation: z.string().nullable(),
  /** SHA-256 of the weights that training started from; null where the seed drew them. */
  from: z.string().nullable(),
  /** Content hash of the autoencoder on whose latents it was trained; null where it learns none. */
  latents: z.string().nullable(),
});

/** How a trained model came about. */
export type ModelOrigin = z.infer<typeof originSchema>;

/** `model.json` of a model folder: which model, in which configuration, and how it came about. */
export const modelRecordSchema = z.strictObject({
  format: z.literal('borealis-model-1'),
  /** Name of the model's package, without its scope. */
  model: z.string(),
  /** As the model's own schema has it. */
  config: z.json(),
  training: originSchema,
});

export type ModelRecord = z.infer<typeof modelRecordSchema>;
