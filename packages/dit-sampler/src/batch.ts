import type { Window } from '@borealis/dataset';
import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { Statistics } from '@borealis/training';
import type { DitSamplerConfig } from './config.ts';
import { drawSigma } from './flow/draw-sigma.ts';
import { sizeOf } from './parameter-spec.ts';
import { normaliseStates } from './states/normalise-states.ts';
import { textEmbedding } from './text-embedding.ts';
import { latentsOf } from './window-latents.ts';

export type DitBatch = {
  /** `[b t h w c]` */
  readonly latents: tf.Tensor;
  /** Standard normal, in the place of the generated frames: `[b t−k h w c]` */
  readonly noise: tf.Tensor;
  /** `[b]` */
  readonly sigmas: tf.Tensor;
  /** `[1 l text]` */
  readonly text: tf.Tensor;
  /** `[b frames channels]`, normalised; where the model hears states */
  readonly states?: tf.Tensor;
  /** `[b]`, 1, or 0 for a window that is shown no states */
  readonly keepStates?: tf.Tensor;
  /** `[2]` int32; in training alone */
  readonly dropoutSeed?: tf.Tensor;
};

const MAX_SEED = 2 ** 31 - 1;

/**
 * Without `random` noise depends on the window alone, and nothing is dropped: for validation.
 *
 * @throws DitSamplerError `WINDOW` where a window doesn't hold what the model needs, `STATISTICS` where states can't be
 * normalised
 */
export function toBatch(
  config: DitSamplerConfig,
  statistics: Statistics,
  windows: readonly Window[],
  random?: Random,
): DitBatch {
  const { latentFrames: t, latentHeight: h, latentWidth: w, latentChannels: c } = config;
  const b = windows.length;
  const shape = [t, h, w, c];
  const generated = [t - config.contextLatents, h, w, c];
  const latents = new Float32Array(b * sizeOf(shape));
  const noise = new Float32Array(b * sizeOf(generated));
  const sigmas = new Float32Array(b);
  const kept = new Float32Array(b);
  for (const [i, window] of windows.entries()) {
    const own = random ?? createRandom(window.shard).fork(`window at ${window.start}`);
    latents.set(latentsOf(config, window, t), i * sizeOf(shape));
    sigmas[i] = drawSigma(config, own);
    for (let j = 0; j < sizeOf(generated); j++) noise[i * sizeOf(generated) + j] = own.normal();
    const dropped = random !== undefined && random.uniform() < (config.states?.dropout ?? 0);
    kept[i] = dropped ? 0 : 1;
  }
  return {
    latents: tf.tensor(latents, [b, ...shape]),
    noise: tf.tensor(noise, [b, ...generated]),
    sigmas: tf.tensor1d(sigmas),
    text: textEmbedding(config, statistics),
    ...(config.states === null
      ? {}
      : { states: normaliseStates(config, statistics, windows), keepStates: tf.tensor1d(kept) }),
    ...(random === undefined
      ? {}
      : { dropoutSeed: tf.tensor1d([random.integer(0, MAX_SEED), random.integer(0, MAX_SEED)], 'int32') }),
  };
}
