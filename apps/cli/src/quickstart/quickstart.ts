import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import { formatDuration, writeReport } from '@borealis/report';
import type { BackendInfo } from '@borealis/tensor';
import { startTrainingBackend } from '@borealis/tensor';
import { hashOfFiles } from '@borealis/trainer';
import type { TrainingConfig } from '@borealis/training';
import type { CompressionEvaluation } from '../evaluate/compression.ts';
import type { CounterfactualEvaluation } from '../evaluate/counterfactuals.ts';
import { runCurves } from '../evaluate/run-curves.ts';
import type { SamplingEvaluation } from '../evaluate/sampling.ts';
import { shippedFiles } from '../models/shipped-models.ts';
import { compressionTrack } from './compression-track.ts';
import type { Beginning, Plan } from './plan.ts';
import { plan as usualPlan } from './plan.ts';
import { reportPage } from './report-page.ts';
import { samplingTrack } from './sampling-track.ts';
import type { Tell } from '../progress/stage-progress.ts';
import type { Start } from './start.ts';
import { createStart } from './start.ts';
import type { TrainingResult } from './training-stage.ts';

export interface QuickstartOptions {
  /** Raw data in the splits `train` and `val`, and `pairs` of ways to act where there are some. */
  readonly data: string;
  /** Where everything but the page and latents goes (these lie beside the data), and what an interrupted start goes on from. */
  readonly run: string;
  /** Where the page goes. */
  readonly report: string;
  /** `shipped` (default): the models that come with this package are trained further; `scratch`: nothing is given. */
  readonly beginning?: Beginning;
  /** How much of everything. Default: what two processor cores do in six minutes. */
  readonly plan?: Plan;
  /** Forget an earlier start. */
  readonly fresh?: boolean;
  readonly tell: Tell;
  readonly signal?: AbortSignal;
}

export interface QuickstartResult {
  readonly page: string;
  readonly seconds: number;
  /** Of the token model, and of the sampler where it was trained. */
  readonly training: { readonly compression: TrainingResult; readonly sampling: TrainingResult | null };
  readonly compression: CompressionEvaluation;
  readonly sampling: SamplingEvaluation;
  /** Null where the data has no pairs of ways to act. */
  readonly counterfactuals: CounterfactualEvaluation | null;
}

/** The main job on the sample data, stage by stage: both tracks, trained and evaluated, and a page. */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const began = performance.now();
  const { data, tell, signal, beginning = 'shipped', plan = usualPlan } = options;
  if (options.fresh === true) await rm(resolve(options.run), { recursive: true, force: true });
  const backend = await startTrainingBackend();
  const [training, validation] = [join(data, 'train'), join(data, 'val')];
  const pairs = pairsIn(data);
  const key = JSON.stringify({
    data: await Promise.all([training, validation, ...Object.values(pairs ?? {})].map(fingerprintOf)),
    ...{ plan, beginning, models: beginning === 'shipped' ? await hashOfFiles(shippedFiles) : null },
  });
  const folder = join(resolve(options.run), createHash('sha256').update(key).digest('hex').slice(0, 12));
  await mkdir(join(folder, 'stages'), { recursive: true });
  const start = createStart({ training, validation, pairs, beginning, plan, signal, folder, tell });

  const compression = await compressionTrack(start);
  const sampling = await samplingTrack(start, compression);
  tell('report: writing');
  const seconds = (performance.now() - began) / 1000;
  const page = await writeReport(
    resolve(options.report),
    reportPage({
      ...{ compression, sampling },
      curves: {
        compression: await runCurves([compression.run]),
        sampling: await runCurves(sampling.training === null ? [] : [sampling.training.run]),
      },
      facts: factsOf(backend, start, seconds),
    }),
  );
  tell(`report: done, ${page}`);
  return {
    ...{ page, seconds, training: { compression: compression.training, sampling: sampling.training } },
    ...{ compression: compression.evaluation, sampling: sampling.evaluation },
    counterfactuals: sampling.counterfactuals,
  };
}

function pairsIn(data: string): Start['pairs'] {
  const folder = join(data, 'pairs');
  return existsSync(folder) ? { a: join(folder, 'a'), b: join(folder, 'b') } : null;
}

async function fingerprintOf(dir: string): Promise<string> {
  const dataset = await openDataset(dir);
  try {
    return await datasetFingerprint(dataset);
  } finally {
    await dataset.close();
  }
}

function factsOf(
  backend: BackendInfo,
  { beginning, plan }: Pick<Start, 'beginning' | 'plan'>,
  seconds: number,
) {
  const start = beginning === 'scratch' ? 'from scratch' : 'of the shipped model';
  const lasting = ({ steps, batchSize }: TrainingConfig) => `${steps} steps of ${batchSize} windows`;
  const { tokens, sampling } = plan;
  return [
    { name: 'token model', value: `${lasting(tokens.learning[beginning].training)} ${start}` },
    ...(beginning === 'scratch'
      ? []
      : [{ name: 'sampler', value: `${lasting(sampling.learning.training)} ${start}` }]),
    { name: 'seed', value: `${plan.seed}` },
    {
      name: 'engine',
      value: `TensorFlow ${backend.tensorflowVersion ?? ''} on ${backend.device}, compiled functions ${backend.compiles ? 'on' : 'off'}`,
    },
    { name: 'processor', value: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} threads` },
    { name: 'Node', value: process.version },
    { name: 'time of this start', value: formatDuration(seconds) },
  ];
}
