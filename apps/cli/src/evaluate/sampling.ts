import type { Dataset } from '@borealis/dataset';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import type { CalibrationResult } from '@borealis/ensemble';
import type { FrameCandidateScores, FrameTask, SegmentGroup, Windows } from '@borealis/evaluator';
import { CONTEXT_FRAMES, scoreFrames, WINDOW_FRAMES } from '@borealis/evaluator';
import { startBackend } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';
import type { FrameModels } from './frame-models.ts';
import { loadFrameModels } from './frame-models.ts';
import type { PerceptualFigures, PerceptualWeights } from './perceptual-scores.ts';
import { createPerceptualScores } from './perceptual-scores.ts';
import type { PicturedSamples } from './sample-pictures.ts';
import { pictureSamples } from './sample-pictures.ts';
import type { SamplingCandidates } from './sampling-candidates.ts';
import { samplingCandidates } from './sampling-candidates.ts';
import type { SamplingFigures } from './sampling-figures.ts';
import { ownScores, samplingFigures, scoresInGroup } from './sampling-figures.ts';
import type { SamplingSettings } from './sampling-settings.ts';
import type { SettingSweep } from './sampling-sweeps.ts';
import { sweepSettings } from './sampling-sweeps.ts';
import type { RoomOptions } from './segment-groups.ts';
import { segmentGroups } from './segment-groups.ts';
import { someWindows } from './some-windows.ts';
import type { TokenRunFacts } from './token-recipe.ts';
import type { PictureOptions } from './window-pictures.ts';

export interface EvaluateSamplingOptions {
  /** Raw data that is predicted. */
  readonly data: string;
  /** Raw data that blurs are tuned on. */
  readonly training: string;
  /** A run or a model folder; without one, baselines alone. */
  readonly run?: string;
  /** Others, to be compared with `run`. */
  readonly versus: readonly string[];
  /** The autoencoder of what draws latents. */
  readonly vae?: string;
  /** The tokenizer of what predicts tokens. */
  readonly tokenizer?: string;
  readonly settings: SamplingSettings;
  /** Frames from one window to the next. */
  readonly stride: number;
  /** At most so many windows, evenly spread. Default: all. */
  readonly windows?: number;
  /** Figures of known and of new rooms apart. */
  readonly rooms?: RoomOptions;
  /** Default: none. */
  readonly perceptual?: PerceptualWeights;
  /** Default: none. */
  readonly pictures?: PictureOptions;
  readonly onProgress: (message: string) => void;
}

export interface SamplingEvaluation {
  readonly task: FrameTask;
  readonly settings: SamplingSettings;
  readonly all: SamplingFigures;
  readonly groups: readonly SamplingFigures[];
  /** One setting changed at a time, on the same windows. */
  readonly sweeps: readonly SettingSweep[];
  /** Of the spread of the most samples against the real error of their mean, in the last frame. */
  readonly calibration?: CalibrationResult;
  /** Of every candidate on all windows, where there are weights. */
  readonly perceptual?: readonly PerceptualFigures[];
  readonly runs: readonly TokenRunFacts[];
  /** SHA-256: fingerprints of the data, content hash of the autoencoder. */
  readonly hashes: { readonly data: string; readonly training: string; readonly vae?: string };
}

export interface EvaluatedSampling {
  readonly evaluation: SamplingEvaluation;
  readonly pictured: readonly PicturedSamples[];
}

/** `borealis evaluate sampling`. */
export async function evaluateSampling(options: EvaluateSamplingOptions): Promise<EvaluatedSampling> {
  await startBackend();
  const { run, versus, vae, tokenizer, settings, onProgress: tell } = options;
  if (run === undefined && versus.length > 0)
    throw new CliError('invalid-option', '--versus compares with --run: give that, too');
  const data = await openDataset(options.data);
  const training = await openDataset(options.training);
  let models: FrameModels | undefined;
  try {
    models = await loadFrameModels(run === undefined ? [] : [run, ...versus], {
      ...{ precision: settings.precision, tell },
      ...(vae === undefined ? {} : { vae }),
      ...(tokenizer === undefined ? {} : { tokenizer }),
    });
    return await evaluate(options, { data, training, models });
  } finally {
    models?.dispose();
    await data.close();
    await training.close();
  }
}

interface Subjects {
  readonly data: Dataset;
  readonly training: Dataset;
  readonly models: FrameModels;
}

async function evaluate(options: EvaluateSamplingOptions, subjects: Subjects): Promise<EvaluatedSampling> {
  const { settings, stride, onProgress: tell } = options;
  const { data, training, models } = subjects;
  const [own] = models.models;
  const task = own?.task ?? { contextFrames: CONTEXT_FRAMES, frames: WINDOW_FRAMES };
  const index = data.windows({ frames: task.frames, stride, content: 'frames' });
  const windows = someWindows(index, options.windows ?? Infinity);
  if (windows.count === 0)
    throw new CliError('nothing-to-evaluate', `${data.dir} has no window of ${task.frames} frames`);
  const groups = options.rooms === undefined ? [] : await segmentGroups(data, options.rooms);

  const made = await samplingCandidates({ models, training, windows, task, settings, tell });
  const { scores, perceptual } = await score(options, windows, made);
  const sweeps =
    own?.kind === 'samples' ? await sweepSettings({ model: own, windows, scores, settings, tell }) : [];

  tell('bootstrapping intervals');
  const evaluation: SamplingEvaluation = {
    ...{ task, settings, sweeps },
    all: samplingFigures('all windows', scores, own?.facts.name),
    groups: groups
      .filter((group) => someIn(scores, group))
      .map((group) => samplingFigures(group.name, scoresInGroup(scores, group), own?.facts.name)),
    ...calibrationOf(made),
    ...(perceptual === undefined ? {} : { perceptual }),
    runs: models.models.map(({ facts }) => facts),
    hashes: {
      data: await datasetFingerprint(data),
      training: await datasetFingerprint(training),
      ...(models.vae === undefined ? {} : { vae: models.vae.encoder }),
    },
  };
  if (options.pictures === undefined || own === undefined) return { evaluation, pictured: [] };
  tell('drawing');
  const mine = ownScores(scores, own.facts.name).at(-1);
  const copy = scores[0];
  if (mine === undefined || copy === undefined) return { evaluation, pictured: [] };
  const pictured = await pictureSamples({
    ...{ ...options.pictures, model: own, own: mine, copy, windows, settings, groups },
  });
  return { evaluation, pictured };
}

async function score(
  { perceptual: weights, onProgress: tell }: EvaluateSamplingOptions,
  windows: Windows,
  { candidates }: SamplingCandidates,
): Promise<{ scores: FrameCandidateScores[]; perceptual?: PerceptualFigures[] }> {
  const looks = weights === undefined ? undefined : await createPerceptualScores(weights);
  try {
    const scores = await scoreFrames({
      ...{ windows, candidates },
      ...(looks && { onPrediction: (prediction) => looks.add(prediction) }),
      onProgress: (done, total) => {
        tell(`predicting: window ${done} of ${total}`);
      },
    });
    if (looks === undefined) return { scores };
    tell('comparing looks');
    return { scores, perceptual: looks.result() };
  } finally {
    looks?.dispose();
  }
}

function someIn(scores: readonly FrameCandidateScores[], { segments }: SegmentGroup): boolean {
  return scores[0]?.frames.some(({ segment }) => segments.has(segment)) ?? false;
}

function calibrationOf({ calibration }: SamplingCandidates): Pick<SamplingEvaluation, 'calibration'> {
  return calibration === undefined ? {} : { calibration: calibration.result() };
}
