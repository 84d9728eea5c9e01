import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoaderPosition, Window } from '@borealis/dataset';
import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import { onTestFinished } from 'vitest';
import type { Statistics } from './model-contract.ts';
import type { TrainingConfig } from './loop/training-config.ts';
import type { Parameters } from './parameters/parameters.ts';

export interface TinyConfig {
  readonly inputs: number;
}
export type TinyBatch = { readonly x: tf.Tensor; readonly y: tf.Tensor };
type TinyParameters = { readonly layer: { readonly weight: tf.Tensor; readonly bias: tf.Tensor } };

export const TINY_CONFIG: TinyConfig = { inputs: 3 };
export const TINY_STATISTICS: Statistics = { mean: Float32Array.of(0.5, -0.25, 1 / 3) };

/** Linear regression of a window's last number on the others, which are shifted by statistics and noise. */
export const tinyModel = {
  name: 'tiny',
  init({ inputs }: TinyConfig, seed: number): Parameters {
    const random = createRandom(seed);
    return {
      layer: { weight: random.normalTensor([1, inputs], 0.5), bias: tf.zeros([1]) },
      frozen: { offset: tf.scalar(0.125) },
    };
  },
  trainable: (_: TinyConfig, path: string) => !path.startsWith('frozen.'),
  toBatch(
    { inputs }: TinyConfig,
    statistics: Statistics,
    windows: readonly Window[],
    random?: Random,
  ): TinyBatch {
    const mean = statistics['mean'] ?? new Float32Array(inputs);
    const x = windows.flatMap(({ states }) =>
      [...states.subarray(0, inputs)].map(
        (value, i) => value - (mean[i] ?? 0) + 0.01 * (random?.normal() ?? 0),
      ),
    );
    const y = windows.map(({ states }) => states[inputs] ?? NaN);
    return { x: tf.tensor(x, [windows.length, inputs]), y: tf.tensor(y, [windows.length, 1]) };
  },
  loss(_: TinyConfig, parameters: Parameters, { x, y }: TinyBatch) {
    const { layer, frozen } = parameters as unknown as TinyParameters & { frozen: { offset: tf.Tensor } };
    const out = tf.add(tf.matMul(x, layer.weight, false, true), tf.add(layer.bias, frozen.offset));
    const error = tf.sub(out, y);
    return { loss: tf.mean(tf.square(error)), logs: { bias: tf.mean(error) } };
  },
};

/** The same without noise: a batch depends on its windows alone. */
export const noiselessModel = {
  ...tinyModel,
  toBatch: (config: TinyConfig, statistics: Statistics, windows: readonly Window[]): TinyBatch =>
    tinyModel.toBatch(config, statistics, windows),
};

/** Endless windows of 4 numbers, each with its position; `broken` has a NaN where its number comes up. */
export function tinyWindows(seed: number, broken = -1) {
  return async function* (position?: LoaderPosition): AsyncGenerator<Window, void, void> {
    for (let index = position?.index ?? 0; ; index++) {
      const random = createRandom(seed + index);
      const states = Float32Array.from({ length: 4 }, () => random.normal());
      states[3] = index === broken ? NaN : (states[0] ?? 0) * 2 - (states[1] ?? 0) + 0.5;
      yield await Promise.resolve({
        shard: 0,
        segment: 0,
        start: index,
        states,
        frameCount: 1,
        position: { epoch: 0, block: 0, index: index + 1 },
      });
    }
  };
}

export function tinyTraining(changes: Partial<TrainingConfig> = {}): TrainingConfig {
  return {
    steps: 8,
    batchSize: 3,
    parts: 1,
    schedule: { kind: 'warmup-cosine', peak: 0.05, warmup: 2, floor: 0.1 },
    adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.05 },
    maxGradientNorm: 1,
    precision: 'f32',
    emaDecay: 0.9,
    checkpointEvery: 100,
    evaluateEvery: 3,
    ...changes,
  };
}

/** An empty folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-training-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
