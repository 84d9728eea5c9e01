import { tf } from '@borealis/tensor';

/** Of the waves along an axis, in places: the shortest, and the longest as a multiple of the axis. */
const SHORTEST = 4;
const LONGEST = 2;

/**
 * Positions before training that tell how far places are from each other: along time, height and width sines and cosines of
 * wavelengths in geometric progression (Vaswani et al. 2017, for three axes). Attention to a place some way off is then one
 * linear map; from random positions it is learned place by place.
 *
 * @param deviation root mean square of the numbers
 * @returns `[t h·w dim]`; channels that don't divide among the axes are 0
 */
export function sinusoidalPositions(
  [times, height, width]: readonly [number, number, number],
  dim: number,
  deviation: number,
): tf.Tensor {
  const waves = Math.floor(dim / 6);
  const values = new Float32Array(times * height * width * dim);
  const amplitude = deviation * Math.SQRT2;
  let offset = 0;
  for (let t = 0; t < times; t++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        [[t, times] as const, [y, height] as const, [x, width] as const].forEach(([place, length], axis) => {
          for (let wave = 0; wave < waves; wave++) {
            const phase = (2 * Math.PI * place) / wavelength(wave / Math.max(1, waves - 1), length);
            const channel = offset + axis * 2 * waves + 2 * wave;
            values[channel] = amplitude * Math.sin(phase);
            values[channel + 1] = amplitude * Math.cos(phase);
          }
        });
        offset += dim;
      }
  return tf.tensor(values, [times, height * width, dim]);
}

function wavelength(share: number, length: number): number {
  return SHORTEST * ((LONGEST * Math.max(length, SHORTEST)) / SHORTEST) ** share;
}
