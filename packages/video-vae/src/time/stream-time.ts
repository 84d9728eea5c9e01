import type { tf } from '@borealis/tensor';
import { joinFrames, lastFrames, timeOf, zeroFrames } from '../layers/frames.ts';
import type { TimeAxis } from './time-axis.ts';

/**
 * What a stream of chunks remembers between them: of each causal layer, by name, the last frames of its input. Empty
 * before the first chunk.
 */
export type VaeCache = Readonly<Record<string, tf.Tensor>>;

/** A chunk of a clip that goes on from `cache`; `next` is filled while the chunk passes. */
export function streamTime(cache: VaeCache): { readonly time: TimeAxis; readonly next: VaeCache } {
  const next: Record<string, tf.Tensor> = {};
  const first = Object.keys(cache).length === 0;

  const keep = (x: tf.Tensor, layer: string, reach: number, past: tf.Tensor | undefined): void => {
    const missing = Math.max(0, reach - timeOf(x));
    const before =
      missing === 0 ? undefined : past === undefined ? zeroFrames(x, missing) : lastFrames(past, missing);
    next[layer] = joinFrames(before, lastFrames(x, reach - missing));
  };

  const time: TimeAxis = {
    beginsClip: () => first,
    step: (x, layer, reach) => {
      const past = cache[layer];
      keep(x, layer, reach, past);
      return past === undefined ? { frames: x } : { frames: x, past };
    },
    skip: (x, layer, reach) => {
      next[layer] = zeroFrames(x, reach);
    },
    crop: (doubled) => doubled,
  };
  return { time, next };
}
