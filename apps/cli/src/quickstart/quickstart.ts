import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { Dataset } from '@borealis/dataset';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import { formatDuration, writeReport } from '@borealis/report';
import type { BackendInfo } from '@borealis/tensor';
import { startTrainingBackend } from '@borealis/tensor';
import { readMetrics, readRunDirectory } from '@borealis/training';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { contentHash } from '@borealis/video-tokenizer';
import { CliError } from '../cli-error.ts';
import { loadPredictor } from '../models/load-predictor.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';
import { blockFsqCodec } from '../tokens/token-codec.ts';
import { tokenizeDataset } from '../tokens/tokenize-dataset.ts';
import type { CompressionResult } from './compression-stage.ts';
import { evaluateCompression } from './compression-stage.ts';
import { pictureWindows } from './pictures.ts';
import type { Beginning } from './plan.ts';
import { plan } from './plan.ts';
import { reportPage } from './report-page.ts';
import type { SamplingResult } from './sampling-stage.ts';
import { evaluateSampling } from './sampling-stage.ts';
import type { Tell } from './stage.ts';
import { runStage } from './stage.ts';
import type { TokenizerResult } from './tokenizer-stage.ts';
import { fitTokenizerStage, takeTokenizerStage } from './tokenizer-stage.ts';
import type { TrainingResult } from './training-stage.ts';
import { trainModel } from './training-stage.ts';

export interface QuickstartOptions {
  /** Raw data in the splits `train` and `val`. */
  readonly data: string;
  /** Where everything but the page goes, and what an interrupted start goes on from. */
  readonly run: string;
  /** Where the page goes. */
  readonly report: string;
  /** `shipped` (default): the models that come with this package are trained further; `scratch`: nothing is given. */
  readonly beginning?: Beginning;
  /** Forget an earlier start. */
  readonly fresh?: boolean;
  readonly tell: Tell;
  readonly signal?: AbortSignal;
}

export interface QuickstartResult {
  readonly page: string;
  readonly seconds: number;
  readonly training: TrainingResult;
  readonly compression: CompressionResult;
  readonly sampling: SamplingResult;
}

/** Decoded frames kept of each video: fitting and tokenizing at several offsets pass over them seven times. */
const FRAME_CACHE = 128 << 20;

/** The main job on the sample data, stage by stage: tokens, training, evaluation of both tracks, a page. */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const start = performance.now();
  const { tell, beginning = 'shipped' } = options;
  const learning = plan.learning[beginning];
  const run = resolve(options.run);
  if (options.fresh === true) await rm(run, { recursive: true, force: true });
  const stages = join(run, 'stages');
  await mkdir(stages, { recursive: true });
  const backend = await startTrainingBackend();
  const training = await openDataset(join(options.data, 'train'), { cacheBytesPerVideo: FRAME_CACHE });
  const validation = await openDataset(join(options.data, 'val'));
  const data = `${await datasetFingerprint(training)} ${await datasetFingerprint(validation)}`;
  const key = JSON.stringify({ data, plan, beginning });
  const stage = <Result>(name: string, work: (tell: Tell) => Promise<Result>) =>
    runStage({ name, directory: stages, key, tell, run: work });
  const goOn = () => {
    if (options.signal?.aborted === true)
      throw new CliError('interrupted', 'interrupted: start again to go on from here');
  };

  try {
    const weightsPath = join(run, 'tokenizer.safetensors');
    const tokenizerReport = await stage<TokenizerResult>('tokenizer', (tell) =>
      beginning === 'scratch'
        ? fitTokenizerStage(training, validation, weightsPath, tell)
        : takeTokenizerStage(validation, weightsPath, tell),
    );
    goOn();
    const tokenizer = await loadTokenizer(weightsPath);
    const trainTokens = join(run, 'tokens', 'train');
    const valTokens = join(run, 'tokens', 'val');
    await stage('tokens', async (tell) => {
      const dropped = await tokenize(training, tokenizer, trainTokens, learning.offsets, tell);
      return { dropped: dropped + (await tokenize(validation, tokenizer, valTokens, [0], tell)) };
    });
    goOn();
    const runDirectory = join(run, 'st-transformer');
    const trained = await stage('training', (tell) =>
      trainModel({ trainTokens, valTokens, runDirectory, beginning, tell, signal: options.signal }),
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
      const facts = factsOf({ backend, beginning, parameters: loaded.parameterCount, tokenizer, seconds });
      const page = await writeReport(
        resolve(options.report),
        reportPage({
          facts,
          tokenizer: tokenizerReport,
          metrics,
          training: trained,
          compression,
          sampling,
          pictures,
        }),
      );
      tell(`report: done, ${page}`);
      return { page, seconds, training: trained, compression, sampling };
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

function factsOf(input: {
  readonly backend: BackendInfo;
  readonly beginning: Beginning;
  readonly parameters: number;
  readonly tokenizer: BlockFsqWeights;
  readonly seconds: number;
}) {
  const { backend, beginning, parameters, tokenizer, seconds } = input;
  const { steps, batchSize } = plan.learning[beginning].training;
  return [
    {
      name: 'model',
      value:
        `ST-transformer, ${parameters.toLocaleString('en')} parameters, ` +
        (beginning === 'scratch' ? 'from scratch' : 'the shipped one trained further'),
    },
    {
      name: 'training',
      value: `${steps} steps of ${batchSize} windows, seed ${plan.seed}`,
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
