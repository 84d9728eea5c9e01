import type { Dataset, Latents, StateStatistics, TokenGrids, Window, WindowSpec } from '@borealis/dataset';
import type { Random, TensorTree, tf } from '@borealis/tensor';
import type { z } from 'zod';
import type { ParameterShapes } from './parameters/parameter-shapes.ts';
import type { NamedTensors, Parameters } from './parameters/parameters.ts';
import type { LossAndLogs } from './parameters/value-and-gradients.ts';

/** Numbers taken from the training set and stored with the model, by name. */
export type Statistics = Readonly<Record<string, Float32Array>>;

/** What statistics are fitted on. */
export interface TrainingSet {
  readonly dataset: Dataset;
  /** Of each of the dataset's state channels: `stateStatistics(dataset)` of @borealis/dataset. */
  readonly states: readonly StateStatistics[];
}

/** What a token model says of one future grid of one window. Places are in row order. */
export interface GridPrediction {
  /** Index of the grid in the window, counted from 0. */
  readonly grid: number;
  /** `[s]` the likeliest code of each place, or the one that was drawn. */
  readonly codes: Int32Array;
  /** `[s]` log-probability of the true code, in nats; absent where the truth isn't known. */
  readonly targetLogProbabilities?: Float32Array;
  /** `[s k]` the k likeliest codes and their log-probabilities under the full softmax, likeliest first. */
  readonly topCodes: Int32Array;
  readonly topLogProbabilities: Float32Array;
}

/** How a code is chosen for a place where a prediction goes on. */
export interface CodeChoice {
  /** 0: the likeliest code. Above, one is drawn from softmax(log p / temperature). Default 0. */
  readonly temperature?: number;
  /** Codes are drawn from so many of the likeliest only. */
  readonly topK?: number;
  /** Codes are drawn only from the fewest likeliest whose probabilities, at this temperature, add up to so much. In (0, 1]. */
  readonly topP?: number;
  /** Decides the draws: the same call draws the same. Default 0. */
  readonly seed?: number;
}

export interface TokenPredictionOptions {
  /** `teacher-forced`: every grid is predicted from the true ones before it; `autoregressive`: from its own. */
  readonly mode: 'teacher-forced' | 'autoregressive';
  /** How many of the likeliest codes to return. */
  readonly k: number;
  /** What `autoregressive` goes on from. Default: the likeliest codes. */
  readonly choice?: CodeChoice;
}

export interface PredictorOptions {
  /** `bf16`: products in bfloat16. Default `f32`. */
  readonly precision?: 'f32' | 'bf16';
}

/** Predicts tokens of windows with one set of parameters; holds compiled functions, so dispose it. */
export interface TokenPredictor {
  /** Codes in the vocabulary. */
  readonly classes: number;
  /** Grids of a window that are given, and in all: the others are predicted. */
  readonly contextGrids: number;
  readonly grids: number;
  /** One prediction for each future grid of each window, in order. */
  predict(windows: readonly Window[], options: TokenPredictionOptions): Promise<GridPrediction[][]>;
  /** The given grids continued by `count` more; `states` cover the given frames and all future ones. Default: likeliest codes. */
  rollOut(window: Window, count: number, choice?: CodeChoice): Promise<TokenGrids>;
  /** As `rollOut`, of many windows together, where a model can. */
  generate?(windows: readonly Window[], count: number, choice?: CodeChoice): Promise<TokenGrids[]>;
  dispose(): void;
}

/** How future latents are drawn. */
export interface SamplingOptions {
  /** How many, each from noise of its own. */
  readonly samples: number;
  /** Number of the first: several hosts can draw one ensemble, each its part. Default 0. */
  readonly firstSample?: number;
  readonly seed: number;
  /** Steps of the solver. */
  readonly steps: number;
  readonly solver: 'euler' | 'unipc';
  /** 1: none. Above: away from what the model says when it is shown no states. */
  readonly guidanceScale: number;
  /** Samples computed together. */
  readonly together?: number;
  /** Default `f32`. */
  readonly precision?: 'f32' | 'bf16';
}

/** Draws the future of windows with one set of parameters; holds compiled functions, so dispose it. */
export interface LatentSampler {
  /** Latent frames of a window that are given, and in all. */
  readonly contextLatents: number;
  readonly latents: number;
  /** One item for each sample: the given latents, and those that were drawn. Sample i is the same however many are drawn. */
  sample(window: Window, options: SamplingOptions): AsyncIterable<Latents>;
  dispose(): void;
}

/** What the field's own checkpoints of a model mean here. */
export interface PublishedForm<Config> {
  /** What `config.json` doesn't tell is that of a preset. */
  configOf(published: unknown): Config;
  /** Parameters by dotted path from the tensors as stored; takes possession of these. */
  parametersOf(config: Config, stored: ReadonlyMap<string, tf.Tensor>): NamedTensors;
}

interface ModelBase<Config, Batch extends TensorTree> {
  readonly name: string;
  /** Strict: an unknown key is refused. */
  readonly configSchema: z.ZodType<Config>;
  /** Published and laptop sizes. */
  readonly presets: Readonly<Record<string, Config>>;
  /** What a window must hold. */
  windowSpec(config: Config): WindowSpec;
  /** The configuration for this dataset: grid sizes and the like are taken from it. */
  adapt(config: Config, dataset: Dataset): Config;
  fitStatistics(config: Config, training: TrainingSet): Promise<Statistics>;
  /** With `only`, those whose path it accepts suffice, the same as among all: a large model need not draw what is loaded. */
  init(config: Config, seed: number, only?: (path: string) => boolean): Parameters;
  /** Shapes of all parameters, nothing allocated. Absent: those that `init` draws. */
  shapes?(config: Config): ParameterShapes;
  /** Which parameters train, by dotted path. */
  trainable(config: Config, path: string): boolean;
  /**
   * Windows as tensors. Training hands over `random`, whose state is part of checkpoints: noise, timesteps and dropout
   * masks are drawn from it. Without it a batch must depend on the windows alone.
   */
  toBatch(config: Config, statistics: Statistics, windows: readonly Window[], random?: Random): Batch;
  loss(config: Config, parameters: Parameters, batch: Batch): LossAndLogs;
  /** How a published checkpoint is read: a `config.json` and safetensors. Absent: there is none. */
  readonly published?: PublishedForm<Config>;
  /** The model with what its configuration names in files, such as weights that its loss needs; absent: there is nothing. */
  withFiles?(config: Config): Promise<this>;
}

/** A model of token grids. */
export interface TokenModel<Config, Batch extends TensorTree> extends ModelBase<Config, Batch> {
  readonly track: 'tokens';
  createPredictor(
    config: Config,
    parameters: Parameters,
    statistics: Statistics,
    options?: PredictorOptions,
  ): TokenPredictor;
}

/** A model of pictures. */
export interface FrameModel<Config, Batch extends TensorTree> extends ModelBase<Config, Batch> {
  readonly track: 'frames';
}

/** One that draws the future: its windows come with `latents`, which an autoencoder has made of their frames. */
export interface LatentModel<Config, Batch extends TensorTree> extends FrameModel<Config, Batch> {
  createSampler(config: Config, parameters: Parameters, statistics: Statistics): LatentSampler;
}

/**
 * What trainer, evaluator and command line know of a model: plain data and pure functions of it. A package that exports
 * one works in every app.
 */
export type Model<Config = unknown, Batch extends TensorTree = TensorTree> =
  TokenModel<Config, Batch> | FrameModel<Config, Batch>;
