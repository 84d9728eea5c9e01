import { tf } from '@borealis/tensor';
import type { DitSamplerConfig } from '../config.ts';
import { DitSamplerError } from '../errors.ts';
import { framesOfLatents } from '../window-latents.ts';
import type { Denoiser } from './denoiser.ts';
import type { DrawInputs, DrawOptions } from './draw-samples.ts';
import { drawSamples } from './draw-samples.ts';

export interface RollOutOptions extends Omit<DrawOptions, 'samples' | 'together'> {
  /** Windows drawn one after the other; each adds `latentFrames − contextLatents` latent frames. */
  readonly windows: number;
  /**
   * The given latents `[k h w c]` of the next window, from those of the last one, `[t h w c]`, which stays the caller's.
   * Default: its last k. An autoencoder can do better: the first latent frame of a window stands for one frame and not
   * for four, so decode the window, and encode its last 1 + 4 (k − 1) frames anew.
   */
  readonly nextContext?: (latents: tf.Tensor) => Promise<tf.Tensor> | tf.Tensor;
}

/**
 * The future beyond one window: each window is drawn from the end of the one before. Yields windows, `[t h w c]`, each with
 * the frames that it was given.
 *
 * @param inputs `states` cover all windows: `[1 frames channels]`, window i beginning at frame 4 i (t − k)
 * @throws DitSamplerError `ARGUMENT` where states end too early, or no frames are given
 */
export async function* rollOut(
  config: DitSamplerConfig,
  denoiser: Denoiser,
  inputs: DrawInputs,
  options: RollOutOptions,
): AsyncGenerator<tf.Tensor, void, void> {
  const { windows, nextContext = lastLatents(config), ...drawing } = options;
  const { given, states, ...rest } = inputs;
  if (given === undefined) {
    throw new DitSamplerError('ARGUMENT', 'a model that is given no frames cannot go on from the last ones');
  }
  const advance = framesOfLatents(config.latentFrames) - framesOfLatents(config.contextLatents);
  const frames = framesOfLatents(config.latentFrames);
  const needed = frames + (windows - 1) * advance;
  if (states !== undefined && (states.shape[1] ?? 0) < needed) {
    throw new DitSamplerError(
      'ARGUMENT',
      `${windows} windows need the states of ${needed} frames, these end at ${states.shape[1] ?? 0}`,
    );
  }
  let context = tf.clone(given);
  try {
    for (let i = 0; i < windows; i++) {
      const moved = states && tf.slice(states, [0, i * advance, 0], [-1, frames, -1]);
      const told = { ...rest, given: context, ...(moved === undefined ? {} : { states: moved }) };
      const own = { ...drawing, noiseOf: `${drawing.noiseOf ?? ''}, ${i} windows on`, samples: 1 };
      for await (const drawn of drawSamples(config, denoiser, told, own)) {
        const next = i + 1 < windows ? await nextContext(drawn) : tf.clone(context);
        context.dispose();
        context = next;
        moved?.dispose();
        yield drawn;
      }
    }
  } finally {
    context.dispose();
  }
}

function lastLatents({ contextLatents: k }: DitSamplerConfig): (latents: tf.Tensor) => tf.Tensor {
  return (latents) => tf.slice(latents, [latents.shape[0] - k, 0, 0, 0], [k, -1, -1, -1]);
}
