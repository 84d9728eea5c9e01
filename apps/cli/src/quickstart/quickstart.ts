import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { Dataset } from '@borealis/dataset';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import { formatDuration, writeReport } from '@borealis/report';
import { presets } from '@borealis/st-transformer';
import type { BackendInfo } from '@borealis/tensor';
import { startTrainingBackend } from '@borealis/tensor';
import { train } from '@borealis/trainer';
import type { TrainingLog } from '@borealis/training';
import { readMetrics, readRunDirectory } from '@borealis/training';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { contentHash, datasetClips, measureReconstruction } from '@borealis/video-tokenizer';
import { CliError } from '../cli-error.ts';
import { loadPredictor } from '../models/load-predictor.ts';
import { fitTokenizer } from '../tokens/fit-tokenizer.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';
import { blockFsqCodec } from '../tokens/token-codec.ts';
import { tokenizeDataset } from '../tokens/tokenize-dataset.ts';
import type { CompressionResult } from './compression-stage.ts';
import { evaluateCompression } from './compression-stage.ts';
import { pictureWindows } from './pictures.ts';
import { plan } from './plan.ts';
import { reportPage } from './report-page.ts';
import type { SamplingResult } from './sampling-stage.ts';
import { evaluateSampling } from './sampling-stage.ts';
import type { Tell } from './stage.ts';
import { runStage } from './stage.ts';

export interface QuickstartOptions {
  /** Raw data in the splits `train` and `val`. */
  readonly data: string;
  /** Where everything but the page goes, and what an interrupted start goes on from. */
  readonly run: string;
  /** Where the page goes. */
  readonly report: string;
  /** Forget an earlier start. */
  readonly fresh?: boolean;
  readonly tell: Tell;
  readonly signal?: AbortSignal;
}

export interface QuickstartResult {
  readonly page: string;
  readonly seconds: number;
  readonly compression: CompressionResult;
  readonly sampling: SamplingResult;
}

/** Decoded frames kept of each video: fitting and tokenizing at several offsets pass over them seven times. */
const FRAME_CACHE = 128 << 20;

/** The main job on the sample data, stage by stage: tokens, training, evaluation of both tracks, a page. */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const start = performance.now();
  const { tell } = options;
  const run = resolve(options.run);
  if (options.fresh === true) await rm(run, { recursive: true, force: true });
  const stages = join(run, 'stages');
  await mkdir(stages, { recursive: true });
  const backend = await startTrainingBackend();
  const training = await openDataset(join(options.data, 'train'), { cacheBytesPerVideo: FRAME_CACHE });
  const validation = await openDataset(join(options.data, 'val'));
  const data = `${await datasetFingerprint(training)} ${await datasetFingerprint(validation)}`;
  const key = JSON.stringify({ data, plan });
  const stage = <Result>(name: string, work: (tell: Tell) => Promise<Result>) =>
    runStage({ name, directory: stages, key, tell, run: work });
  const goOn = () => {
    if (options.signal?.aborted === true)
      throw new CliError('interrupted', 'interrupted: start again to go on from here');
  };

  try {
    const weightsPath = join(run, 'tokenizer.safetensors');
    const tokenizerReport = await stage('tokenizer', (tell) =>
      fitAndMeasure(training, validation, weightsPath, tell),
    );
    goOn();
    const tokenizer = await loadTokenizer(weightsPath);
    const trainTokens = join(run, 'tokens', 'train');
    const valTokens = join(run, 'tokens', 'val');
    await stage('tokens', async (tell) => {
      const dropped = await tokenize(training, tokenizer, trainTokens, plan.offsets, tell);
      return { dropped: dropped + (await tokenize(validation, tokenizer, valTokens, [0], tell)) };
    });
    goOn();
    const runDirectory = join(run, 'st-transformer');
    await stage('training', (tell) =>
      trainModel({ trainTokens, valTokens, runDirectory, tell, signal: options.signal }),
    );
    goOn();

    const loaded = await loadPredictor(runDirectory);
    const tokens = { training: await openDataset(trainTokens), validation: await openDataset(valTokens) };
    try {
      const { predictor, spec } = loaded;
      const compression = await stage('compression', (tell) =>
        evaluateCompression({
          ...tokens,
          predictor,
          spec: { ...spec, stride: plan.compressionStride },
          tell,
        }),
      );
      goOn();
      const sampling = await stage('sampling', (tell) =>
        evaluateSampling({ training, validation, predictor, tokenizer, stride: plan.samplingStride, tell }),
      );
      tell('report: drawing');
      const pictures = await pictureWindows({ validation, predictor, tokenizer, count: plan.pictured });
      const metrics = await readMetrics((await readRunDirectory(runDirectory)).metrics);
      const seconds = (performance.now() - start) / 1000;
      const facts = factsOf({ backend, parameters: loaded.parameterCount, tokenizer, seconds });
      const page = await writeReport(
        resolve(options.report),
        reportPage({ facts, tokenizer: tokenizerReport, metrics, compression, sampling, pictures }),
      );
      tell(`report: done, ${page}`);
      return { page, seconds, compression, sampling };
    } finally {
      loaded.dispose();
      await tokens.training.close();
      await tokens.validation.close();
    }
  } finally {
    await training.close();
    await validation.close();
  }
}

async function fitAndMeasure(training: Dataset, validation: Dataset, path: string, tell: Tell) {
  const { weights, report } = await fitTokenizer({
    training,
    path,
    maxClips: plan.tokenizerClips,
    onProgress: tell,
  });
  tell('measuring on validation frames');
  const measured = await measureReconstruction(weights, datasetClips(validation)());
  return { fit: report, validation: measured };
}

/** Tokens of a split; what an interrupted start has left is thrown away. Returns the frames that were dropped. */
async function tokenize(
  dataset: Dataset,
  weights: BlockFsqWeights,
  dir: string,
  offsets: readonly number[],
  tell: Tell,
): Promise<number> {
  await rm(dir, { recursive: true, force: true });
  const codec = blockFsqCodec(weights);
  const { droppedFrames } = await tokenizeDataset({ dataset, codec, dir, offsets, onProgress: tell });
  return droppedFrames;
}

async function trainModel(options: {
  readonly trainTokens: string;
  readonly valTokens: string;
  readonly runDirectory: string;
  readonly tell: Tell;
  readonly signal: AbortSignal | undefined;
}) {
  const { trainTokens, valTokens, runDirectory, tell, signal } = options;
  const result = await train({
    model: plan.model,
    preset: plan.preset,
    seed: plan.seed,
    data: trainTokens,
    run: runDirectory,
    resume: 'may',
    training: plan.training,
    validation: { data: valTokens, windows: plan.validationWindows },
    log: stepLines(tell),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!result.finished)
    throw new CliError(
      'interrupted',
      `interrupted after step ${result.step}: start again to go on from there`,
    );
  return { train: result.train, evaluation: result.evaluation };
}

function stepLines(tell: Tell): TrainingLog {
  let [steps, first, began, validation] = [0, 0, performance.now(), ''];
  return {
    start: (start) => {
      [steps, first, began] = [start.steps, start.step, performance.now()];
    },
    train: (step, { loss = NaN }) => {
      const left = (((performance.now() - began) / 1000) * (steps - step)) / Math.max(1, step - first);
      tell(`step ${step} of ${steps}, loss ${loss.toFixed(3)}${validation}, ${formatDuration(left)} left`);
    },
    evaluation: (_, { loss = NaN }) => {
      validation = `, validation ${loss.toFixed(3)}`;
    },
    flush: () => undefined,
    close: () => undefined,
  };
}

function factsOf(input: {
  readonly backend: BackendInfo;
  readonly parameters: number;
  readonly tokenizer: BlockFsqWeights;
  readonly seconds: number;
}) {
  const { backend, parameters, tokenizer, seconds } = input;
  const { dim, layers, heads } = presets[plan.preset];
  return [
    {
      name: 'model',
      value: `ST-transformer, ${layers} layers, ${heads} heads, width ${dim}: ${parameters.toLocaleString('en')} parameters`,
    },
    {
      name: 'training',
      value: `${plan.training.steps} steps of ${plan.training.batchSize} windows, seed ${plan.seed}`,
    },
    { name: 'tokenizer', value: contentHash(tokenizer).slice(0, 12) },
    {
      name: 'engine',
      value: `TensorFlow ${backend.tensorflowVersion ?? ''} on ${backend.device}, compiled functions ${backend.compiles ? 'on' : 'off'}`,
    },
    { name: 'processor', value: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} threads` },
    { name: 'Node', value: process.version },
    { name: 'time of this start', value: formatDuration(seconds) },
  ];
}
