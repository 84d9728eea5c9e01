import type { ClusterOptions } from '@borealis/tensor';
import type { LogValues, TrainingConfig } from '@borealis/training';
import type { ValidationSampling } from './sampled-validation.ts';

/** What to train, on what, and where to. Plain data: it travels to the training process. */
export interface TrainSettings {
  /** Name of a model's package without its scope: `st-transformer`. */
  readonly model: string;
  /** Folder of the training split. */
  readonly data: string;
  /** Folder of the run. */
  readonly run: string;
  /**
   * `never` (default): the run must be new. `may`: go on where the run is there. `must`: it has to be there. A run that
   * is gone on with keeps its settings; those given here must be the same.
   */
  readonly resume?: 'never' | 'may' | 'must';
  /**
   * A model folder to start from: its weights, statistics and configuration, which `modelConfig` may change. Parameters
   * that it lacks are drawn.
   */
  readonly from?: string;
  /**
   * A safetensors file of numbers that are stored with the model beside those that are fitted, such as `text_embedding`.
   * A run that is gone on with has them.
   */
  readonly statistics?: string;
  /** One of the model's sizes; default `small`. */
  readonly preset?: string;
  /** Changes to the preset, key by key. */
  readonly modelConfig?: Readonly<Record<string, unknown>>;
  /** Changes to `TRAINING_DEFAULTS`, key by key. */
  readonly training?: Partial<TrainingConfig>;
  /** Default 0. */
  readonly seed?: number;
  /**
   * A split to evaluate on while training: teacher-forced loss on so many windows, evenly spaced (default 32), and of token
   * models the autoregressive one on so many of these (default 8). Where there is a `vae`, futures are drawn, too:
   * `sampling` windows (default 4; 0: none), the mean of so many samples (1) in so many steps (10).
   */
  readonly validation?: {
    readonly data: string;
    readonly windows?: number;
    readonly autoregressive?: number;
    readonly sampling?: Partial<ValidationSampling>;
  };
  /**
   * Folder of the autoencoder whose latents a model learns: a run of video-vae, a model folder or one in the diffusers
   * layout. Default: whichever has encoded the data, and no futures are drawn in validation.
   */
  readonly vae?: string;
  /**
   * The processes that train together, and which of them this is: `joinCluster` of @borealis/tensor. Each takes
   * `training.batchSize` windows of every batch. Task 0's settings count; those given to others must be the same.
   */
  readonly cluster?: ClusterOptions;
}

export interface TrainResult {
  readonly run: string;
  readonly model: string;
  /** False where training was stopped before its last step: `resume` goes on. */
  readonly finished: boolean;
  /** Steps done and saved, and steps in all. */
  readonly step: number;
  readonly steps: number;
  readonly resumedFrom: number;
  /** Where processes trained together: which of them this was, and how many. Only task 0 has saved, in `run`. */
  readonly cluster?: { readonly task: number; readonly size: number };
  /** Validation of the weights that training started from (`from`), where this session took the first step. */
  readonly before?: LogValues;
  /** Of the last step and the last evaluation of this session. */
  readonly train?: LogValues;
  readonly evaluation?: LogValues;
}
