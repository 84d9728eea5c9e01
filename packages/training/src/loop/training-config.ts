import { z } from 'zod';
import { TrainingError } from '../errors.ts';

const count = z.int().positive();
const rate = z.number().positive();

/** How the learning rate goes from step to step; the decay ends with the last step. */
const scheduleConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), rate }),
  z.strictObject({ kind: z.literal('warmup-linear'), peak: rate, warmup: z.int().nonnegative() }),
  z.strictObject({
    kind: z.literal('warmup-cosine'),
    peak: rate,
    warmup: z.int().nonnegative(),
    /** The rate at the end, as a part of the peak. */
    floor: z.number().min(0).max(1),
  }),
]);

const fieldsSchema = z.strictObject({
  /** Optimizer steps in all. */
  steps: count,
  /** Windows in a step. */
  batchSize: count,
  /** Equal parts that a step's windows are computed in, one after another: the memory of one part, the result of all. */
  parts: count.default(1),
  schedule: scheduleConfigSchema,
  adamw: z.strictObject({
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    eps: z.number().positive(),
    weightDecay: z.number().nonnegative(),
  }),
  /** The norm to which gradients are clipped. */
  maxGradientNorm: z.number().positive(),
  precision: z.enum(['f32', 'bf16']),
  /** Decay of the moving average of parameters; null: no such average. */
  emaDecay: z.number().min(0).lt(1).nullable(),
  /** Save after every so many steps, and after the last. */
  checkpointEvery: count,
  /** Evaluate after every so many steps, and after the last. */
  evaluateEvery: count,
});

export const trainingConfigSchema = fieldsSchema.refine(({ batchSize, parts }) => batchSize % parts === 0, {
  path: ['parts'],
  error: ({ input }) => {
    const { batchSize, parts } = input as { readonly batchSize: number; readonly parts: number };
    return `a batch of ${batchSize} windows can't be divided into ${parts} equal parts`;
  },
});

export type ScheduleConfig = z.infer<typeof scheduleConfigSchema>;
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/** @throws TrainingError `INVALID_ARGUMENT` naming each key that is wrong, unknown or missing */
export function parseTrainingConfig(value: unknown): TrainingConfig {
  const result = trainingConfigSchema.safeParse(value);
  if (result.success) return result.data;
  const problem = `the training configuration is wrong:\n${z.prettifyError(result.error)}`;
  throw new TrainingError('INVALID_ARGUMENT', problem, { cause: result.error });
}
