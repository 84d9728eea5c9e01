import type { TrainingConfig } from '@borealis/training';
import type { SamplingSettings } from '../evaluate/sampling-settings.ts';

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

/** How futures are drawn. */
const drawing: SamplingSettings = {
  samples: [1, 5],
  steps: [20],
  guidance: [1],
  solver: 'unipc',
  seed: 1,
  together: 5,
  precision: 'bf16',
  whole: 0,
  shuffleStates: true,
  sweep: { samples: 1, windows: 1 },
};

/** What the quickstart does, sized for six minutes on two processor cores. */
export const plan = {
  seed: 1,
  tokens: {
    /** Of what starts from scratch. */
    preset: 'small',
    /** Training clips that the tokenizer is fitted on, evenly spread. */
    tokenizerClips: 120,
    validation: { windows: 32, autoregressive: 8 },
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
          precision: 'bf16',
        },
      },
    } satisfies Record<Beginning, Learning>,
  },
  compression: { windows: 31, pictures: { typical: 2, worst: 1 } },
  sampling: {
    frames: 77,
    learning: {
      /** Frames from one window to the next, of which latents are made. */
      stride: 34,
      training: {
        ...common,
        steps: 100,
        schedule: { kind: 'constant', rate: 1e-4 },
        precision: 'bf16',
      } satisfies TrainingConfig,
      windows: 32,
      sampling: { windows: 8, samples: 2, steps: 10 },
    },
    evaluation: { stride: 34, settings: drawing, pictures: { typical: 3, worst: 1 } },
  },
  counterfactuals: { ...drawing, samples: [5], shuffleStates: false },
} as const;
