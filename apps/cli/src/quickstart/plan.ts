import type { TrainingConfig } from '@borealis/training';
import type { SamplingSettings } from '../evaluate/sampling-settings.ts';
import type { PictureOptions } from '../evaluate/window-pictures.ts';

/** What a start begins with. */
export type Beginning = 'shipped' | 'scratch';

interface Learning {
  /** Frames skipped before cutting: each gives training tokens of its own, since there are few for so many codes. */
  readonly offsets: readonly number[];
  readonly training: TrainingConfig;
}

/** How much of everything a start does. */
export interface Plan {
  readonly seed: number;
  readonly tokens: {
    /** Of what starts from scratch. */
    readonly preset: string;
    /** Training clips that the tokenizer is fitted on, evenly spread. */
    readonly tokenizerClips: number;
    readonly validation: { readonly windows: number; readonly autoregressive: number };
    readonly learning: Readonly<Record<Beginning, Learning>>;
  };
  readonly compression: { readonly windows: number; readonly pictures: PictureOptions };
  readonly sampling: {
    /** Of a window whose latents are made. */
    readonly frames: number;
    readonly learning: {
      /** Frames from one window to the next, of which latents are made. */
      readonly stride: number;
      readonly training: TrainingConfig;
      readonly windows: number;
      readonly sampling: { readonly windows: number; readonly samples: number; readonly steps: number };
    };
    readonly evaluation: {
      readonly stride: number;
      readonly settings: SamplingSettings;
      readonly pictures: PictureOptions;
    };
  };
  readonly counterfactuals: SamplingSettings;
}

const common = {
  batchSize: 4,
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
  combination: 'mean',
  steps: [10],
  guidance: [1],
  solver: 'unipc',
  seed: 1,
  together: 5,
  precision: 'bf16',
  whole: 0,
  shuffleStates: true,
  sweep: { samples: 1, windows: 1 },
};

/** Sized for six minutes on two processor cores. */
export const plan: Plan = {
  seed: 1,
  tokens: {
    preset: 'small',
    tokenizerClips: 120,
    validation: { windows: 32, autoregressive: 8 },
    learning: {
      shipped: {
        offsets: [0, 8],
        training: {
          ...common,
          steps: 120,
          evaluateEvery: 60,
          schedule: { kind: 'warmup-cosine', peak: 3e-4, warmup: 20, floor: 0.02 },
          precision: 'bf16',
        },
      },
      scratch: {
        offsets: [0, 4, 8, 12],
        training: {
          ...common,
          batchSize: 8,
          steps: 240,
          schedule: { kind: 'warmup-cosine', peak: 2e-3, warmup: 30, floor: 0.02 },
          precision: 'bf16',
        },
      },
    },
  },
  compression: { windows: 31, pictures: { typical: 2, worst: 1 } },
  sampling: {
    frames: 77,
    learning: {
      stride: 120,
      training: {
        ...common,
        steps: 100,
        evaluateEvery: 50,
        schedule: { kind: 'constant', rate: 1e-4 },
        precision: 'bf16',
      },
      windows: 32,
      sampling: { windows: 4, samples: 2, steps: 10 },
    },
    evaluation: { stride: 120, settings: drawing, pictures: { typical: 2, worst: 1 } },
  },
  counterfactuals: { ...drawing, samples: [5], shuffleStates: false },
};
