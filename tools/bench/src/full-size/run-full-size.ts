import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DitSamplerConfig } from '@borealis/dit-sampler';
import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { busyShare } from '../contest/busy-share.ts';
import { dropFromCache } from '../loading/page-cache.ts';
import { timeCat } from '../loading/time-loading.ts';
import type { Machine } from '../results/machine.ts';
import { describeMachine } from '../results/machine.ts';
import { runChild } from '../run-child.ts';
import { threadEnvironment } from '../thread-environment.ts';
import { fullSizeConfig } from './full-size-config.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

const factsSchema = z.strictObject({
  loadingMs: z.number().positive(),
  /** The process's own once the weights are there. */
  loadedBytes: z.number().nullable(),
  /** Of text and states, once a window. */
  embeddingMs: z.number().positive(),
  /** Of one forward pass that also compiles, and of one more. */
  firstMs: z.number().positive(),
  againMs: z.number().positive(),
  /** The most that was the process's own, loading included. */
  peakBytes: z.number().nullable(),
  /** Of the outputs. */
  deviation: z.number().positive(),
});

export type ForwardFacts = z.infer<typeof factsSchema>;

const postTrainingSchema = z.strictObject({
  /** Numbers that train. */
  trainable: z.number().positive(),
  /** The process's own before the first step: weights, adapters, moments, one window. */
  heldBytes: z.number().nullable(),
  /** Of the second step. */
  milliseconds: z.number().positive(),
  /** The most that was the process's own in two steps. */
  peakBytes: z.number().nullable(),
});

export type PostTrainingFacts = z.infer<typeof postTrainingSchema> & { readonly layers: number };

/** What one more layer costs is told by the difference. */
const POST_TRAINED_LAYERS = [1, 3];

export interface FullSizeOptions {
  readonly threads?: number;
  /** To the published configuration, for another size. */
  readonly changes?: Partial<DitSamplerConfig>;
  readonly onStage: (stage: string) => void;
}

export interface FullSizeResult {
  readonly machine: Machine;
  readonly parameterCount: number;
  readonly files: number;
  readonly bytes: number;
  /** What the transformer sees at once. */
  readonly tokens: number;
  /** Milliseconds of `cat` of the files, from disk and from the system's cache. */
  readonly cat: { readonly cold: number; readonly warm: number };
  readonly cold: ForwardFacts;
  readonly warm: ForwardFacts;
  /** A step on one window with adapters, states and recomputation, of some of the layers. */
  readonly postTraining: readonly PostTrainingFacts[];
  /** Share of all cores, 0 to 1, that other programs used. */
  readonly busyByOthers: number;
}

/**
 * Whether the real size runs here: writes a checkpoint of the published transformer, drawn, in bfloat16 (10 GB where
 * temporary files are), loads it in a fresh process and runs one window through all of its layers; with the files on disk,
 * and once more with them in the system's cache. Then steps of post-training, of some of its layers.
 *
 * @throws BenchError
 */
export async function runFullSize({
  threads,
  changes = {},
  onStage,
}: FullSizeOptions): Promise<FullSizeResult> {
  const config = fullSizeConfig(changes);
  const folder = await mkdtemp(join(tmpdir(), 'borealis-bench-full-size-'));
  try {
    onStage('writing a checkpoint');
    const { path, files, bytes, parameterCount } = await writeCheckpoint(folder, config);
    const environment = threads === undefined ? process.env : threadEnvironment(threads);
    const forget = () => {
      if (!dropFromCache(files)) throw new BenchError('invalid-option', 'reading from disk needs GNU dd');
    };
    const forward = async (stage: string) => {
      onStage(stage);
      const args = [path, JSON.stringify(changes)];
      return factsSchema.parse(await runChild(new URL('./forward-once', import.meta.url), args, environment));
    };
    const postTrain = async (layers: number) => {
      onStage(`post-training: two steps of ${layers} layers`);
      const args = [path, `${layers}`, JSON.stringify(changes)];
      const facts = await runChild(new URL('./post-train-once', import.meta.url), args, environment);
      return { layers, ...postTrainingSchema.parse(facts) };
    };
    const busy = await busyShare();
    forget();
    const catCold = await timeCat(files);
    forget();
    const cold = await forward('from disk: loading, forward twice');
    await timeCat(files); // now the cache has them
    const catWarm = await timeCat(files);
    const warm = await forward('from the cache: loading, forward twice');
    const postTraining: PostTrainingFacts[] = [];
    for (const layers of POST_TRAINED_LAYERS) postTraining.push(await postTrain(layers));
    return {
      ...{ machine: describeMachine(), parameterCount, files: files.length, bytes },
      tokens: tokensOf(config),
      cat: { cold: catCold, warm: catWarm },
      ...{ cold, warm, postTraining, busyByOthers: Math.max(busy, await busyShare()) },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tokensOf({
  latentFrames,
  latentHeight,
  latentWidth,
  patchSize: [t, h, w],
}: DitSamplerConfig): number {
  return (latentFrames / t) * (latentHeight / h) * (latentWidth / w);
}
