import type { TrainingConfig } from '@borealis/training';

/** What a start begins with. */
export type Beginning = 'shipped' | 'scratch';

interface Learning {
  /** Frames skipped before cutting: each gives training tokens of its own, since there are few for so many codes. */
  readonly offsets: readonly number[];
  readonly training: TrainingConfig;
}

const common = {
  batchSize: 8,
  parts: 1,
  adamw: { beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.05 },
  maxGradientNorm: 1,
  emaDecay: null,
  checkpointEvery: 40,
  evaluateEvery: 40,
} as const;

/** What the quickstart does, sized for five minutes on two processor cores. */
export const plan = {
  model: 'st-transformer',
  seed: 1,
  /** Of what starts from scratch. */
  preset: 'small',
  /** Training clips that the tokenizer is fitted on, evenly spread. */
  tokenizerClips: 120,
  learning: {
    shipped: {
      offsets: [0, 8],
      training: {
        ...common,
        steps: 120,
        schedule: { kind: 'warmup-cosine', peak: 3e-4, warmup: 20, floor: 0.02 },
        precision: 'bf16',
      },
    },
    scratch: {
      offsets: [0, 4, 8, 12],
      training: {
        ...common,
        steps: 240,
        schedule: { kind: 'warmup-cosine', peak: 2e-3, warmup: 30, floor: 0.02 },
        precision: 'f32',
      },
    },
  } satisfies Record<Beginning, Learning>,
  validationWindows: 32,
  /** Frames from one compression window to the next, three triples: as many as five minutes allow. */
  compressionStride: 51,
  /** Frames from one sampling window to the next. */
  samplingStride: 34,
  /** Windows in films and pictures, of different segments. */
  pictured: 3,
} as const;
