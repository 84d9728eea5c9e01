import type { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from '../config.ts';
import { framesOf, joinFrames, lastFrames, timeOf, zeroFrames } from '../layers/frames.ts';
import type { TimeLayer } from './decoder-time-layers.ts';
import { decoderTimeLayers } from './decoder-time-layers.ts';
import type { TimeAxis } from './time-axis.ts';

/** A kernel of three frames sees two past ones. */
const REACH = 2;

/**
 * A whole clip of which only the last decoded frame is wanted: every layer computes the frames that this one stands on,
 * and no others.
 *
 * @param frames of the latent clip
 */
export function tailTime(config: VideoVaeConfig, frames: number): TimeAxis {
  const wanted = framesWanted(decoderTimeLayers(config));
  let clip = frames; // at the level that data has come to
  return {
    beginsClip: (x) => timeOf(x) === clip,
    step: (x, layer, reach) => {
      const count = Math.min(inputsOf(wanted.get(layer), clip), timeOf(x));
      const before = timeOf(x) - count;
      const current = lastFrames(x, count);
      if (before === 0) return { frames: current };
      const seen = Math.min(before, reach);
      const missing = seen < reach ? zeroFrames(x, reach - seen) : undefined; // x begins the clip then
      return { frames: current, past: joinFrames(missing, framesOf(x, before - seen, seen)) };
    },
    skip: () => undefined,
    crop: (doubled: tf.Tensor, layer: string) => {
      const count = Math.min(wanted.get(layer)?.outputs ?? 1, timeOf(doubled));
      clip = 1 + 2 * (clip - 1);
      return lastFrames(doubled, count);
    },
  };
}

/** How many latent frames the last decoded frame stands on: its temporal receptive field. */
export function latentFramesSeen(config: VideoVaeConfig): number {
  const layers = decoderTimeLayers(config);
  const first = framesWanted(layers).get(layers[0]?.layer ?? '');
  return (first?.outputs ?? 1) + REACH;
}

interface Wanted {
  readonly doubles: boolean;
  readonly outputs: number;
}

/** Of each layer's output how many of the last frames are needed, were the clip endless. */
function framesWanted(layers: readonly TimeLayer[]): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  let outputs = 1;
  for (const { layer, doubles } of layers.toReversed()) {
    wanted.set(layer, { doubles, outputs });
    outputs = (doubles ? Math.ceil(outputs / 2) : outputs) + REACH;
  }
  return wanted;
}

/** Frames at which a kernel ends: one for each output, or for each two; all but the clip's first where all are wanted. */
function inputsOf(wanted: Wanted | undefined, clip: number): number {
  const { doubles, outputs } = wanted ?? { doubles: false, outputs: Infinity };
  if (!doubles) return outputs;
  return outputs > 2 * (clip - 1) ? clip - 1 : Math.ceil(outputs / 2);
}
