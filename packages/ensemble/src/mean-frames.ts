import { EnsembleError } from './ensemble-error.ts';
import type { FrameEnsemble } from './frame-ensemble.ts';
import { checkFrames, checkSameShape } from './frames.ts';
import type { FloatFrames, Frames, Shape } from './frames.ts';

/**
 * Mean over samples, summed in 64 bits in memory of one sample. The mean minimises the expected squared error, so more
 * samples raise PSNR and lose sharpness.
 */
export function createFrameMean(): FrameEnsemble {
  let shape: Shape | undefined;
  let sums = new Float64Array(0);
  let samples = 0;
  return {
    get samples() {
      return samples;
    },
    add(sample) {
      checkFrames(sample);
      const { count, height, width } = sample;
      if (shape === undefined) {
        sums = new Float64Array(sample.data.length);
        shape = { count, height, width };
      }
      checkSameShape(sample, shape, `sample ${samples} against the first`);
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (sample.data[i] ?? 0);
      samples++;
    },
    result() {
      if (shape === undefined) throw new EnsembleError('empty', 'no sample was added: there is no mean yet.');
      return { data: new Float32Array(sums.map((sum) => sum / samples)), ...shape };
    },
  };
}

/**
 * Mean of samples of the same frames.
 *
 * @param samples each `[t h w 3]` in [0, 255]
 * @returns `[t h w 3]` in [0, 255], not rounded: `roundFrames` comes last
 * @throws {EnsembleError} `empty`, `shape-mismatch`
 */
export function meanFrames(samples: Iterable<Frames | FloatFrames>): FloatFrames {
  const mean = createFrameMean();
  for (const sample of samples) mean.add(sample);
  return mean.result();
}
