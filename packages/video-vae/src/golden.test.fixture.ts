import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asFloat32, readSafetensors } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import { nestParameters } from '@borealis/training';
import { expect } from 'vitest';
import type { VideoVaeConfig } from './config.ts';
import type { VideoVaeParameters } from './parameters.ts';
import { asVideoVaeParameters } from './parameters.ts';
import { fromPublishedConfig } from './published-config.ts';
import { toMemory } from './published-layout.ts';

const folder = new URL('../../../tests/goldens/', import.meta.url);
const rules = JSON.parse(readFileSync(new URL('tolerances.json', folder), 'utf8')) as {
  readonly files: Readonly<Record<string, readonly [string, number, number][]>>;
};

export interface GoldenVae {
  readonly config: VideoVaeConfig;
  readonly parameters: VideoVaeParameters;
  /** Published layout, by name. */
  readonly weights: Readonly<Record<string, tf.Tensor>>;
  readonly cases: Readonly<Record<string, unknown>>;
  /** A stored `[b c t h w]` as `[b t h w c]`. */
  video(name: string): tf.Tensor;
  /** Holds `[b t h w c]` to a stored `[b c t h w]`. */
  expectClose(name: string, got: tf.Tensor): void;
  readonly names: readonly string[];
}

/** Weights of `wan22_vae`, inputs and outputs of `stem`. A backend must have been started. */
export async function openGolden(stem: 'wan22_vae' | 'wan22_vae_trace'): Promise<GoldenVae> {
  const read = (name: string) => readSafetensors(fileURLToPath(new URL(`${name}.safetensors`, folder)));
  const [main, own] = [await read('wan22_vae'), await read(stem)];
  const { model, cases } = JSON.parse(own.metadata['config'] ?? '{}') as {
    readonly model: unknown;
    readonly cases: Readonly<Record<string, unknown>>;
  };
  const config = fromPublishedConfig(model);
  const stored = (name: string) => {
    const data = own.tensors.get(name);
    if (data === undefined) throw new Error(`the goldens have no ${name}`);
    return tf.tensor(asFloat32(data), [...data.shape]);
  };
  const weights = Object.fromEntries(
    [...main.tensors]
      .filter(([name]) => name.startsWith('weights.'))
      .map(([name, data]) => [name.slice('weights.'.length), tf.tensor(asFloat32(data), [...data.shape])]),
  );
  const inMemory = Object.entries(weights).map(([name, tensor]) => [name, toMemory(tensor)] as const);
  return {
    config,
    weights,
    parameters: asVideoVaeParameters(config, nestParameters(Object.fromEntries(inMemory))),
    cases,
    names: [...own.tensors.keys()],
    video: (name) => tf.transpose(stored(name), [0, 2, 3, 4, 1]),
    expectClose: (name, got) => {
      const rule = rules.files[stem]?.find(([pattern]) => new RegExp(pattern).test(name));
      if (rule === undefined) throw new Error(`no tolerance for ${name}`);
      const want = stored(name);
      const transposed = tf.transpose(got, [0, 4, 1, 2, 3]);
      expect(transposed.shape, name).toEqual(want.shape);
      const worst = tf.max(tf.abs(tf.sub(transposed, want))).dataSync()[0];
      const largest = tf.max(tf.abs(want)).dataSync()[0] ?? NaN;
      expect(worst, name).toBeLessThanOrEqual(rule[1] + rule[2] * largest);
    },
  };
}
