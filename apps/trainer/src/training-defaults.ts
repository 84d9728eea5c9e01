import type { TrainingConfig } from '@borealis/training';

/** Modest settings for small models; what a model's paper used is given by whoever trains it. */
export const TRAINING_DEFAULTS: TrainingConfig = {
  steps: 2000,
  batchSize: 8,
  parts: 1,
  schedule: { kind: 'warmup-cosine', peak: 1e-3, warmup: 100, floor: 0.1 },
  adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.05 },
  maxGradientNorm: 1,
  precision: 'f32',
  emaDecay: null,
  checkpointEvery: 200,
  evaluateEvery: 100,
};

export const DEFAULT_PRESET = 'small';
export const DEFAULT_VALIDATION_WINDOWS = 32;
export const DEFAULT_AUTOREGRESSIVE_WINDOWS = 8;
/** Of a few windows one sample each: seconds, at the size of a laptop's model. */
export const DEFAULT_VALIDATION_SAMPLING = { windows: 4, samples: 1, steps: 10 };
