import { z } from 'zod';

/** `model.json` of a model folder: which model, in which configuration, and how it came about. */
export const modelRecordSchema = z.strictObject({
  format: z.literal('borealis-model-1'),
  /** Name of the model's package, without its scope. */
  model: z.string(),
  /** As the model's own schema has it. */
  config: z.json(),
  /** Steps that were trained, the settings, and the fingerprints of the data. */
  training: z.json(),
});

export type ModelRecord = z.infer<typeof modelRecordSchema>;
