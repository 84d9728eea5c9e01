import { tf } from '@borealis/tensor';
import { PerceptualError } from './perceptual-error.ts';

/** RGB pictures `[n h w 3]`, 8 bits; `Frames` of `@borealis/dataset` are such. */
export interface Pictures {
  readonly data: Uint8Array;
  /** How many. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

const CHANNELS = 3;

/** @throws PerceptualError `pictures` where data and shape don't agree, or there is nothing */
export function checkPictures({ data, count, height, width }: Pictures): void {
  const expected = count * height * width * CHANNELS;
  if (data.length === expected && expected > 0) return;
  throw new PerceptualError(
    'pictures',
    `${count} pictures of ${height}×${width} in ${data.length} bytes, expected ${expected} (RGB, at least one).`,
  );
}

/** Some of the pictures as `[n h w 3]` in [-1, 1]. */
export function asTensor(pictures: Pictures, from: number, to: number): tf.Tensor {
  const { data, height, width } = pictures;
  const size = height * width * CHANNELS;
  const values = new Float32Array((to - from) * size);
  for (let i = 0; i < values.length; i++) values[i] = (data[from * size + i] ?? 0) / 127.5 - 1;
  return tf.tensor(values, [to - from, height, width, CHANNELS]);
}

/** @throws PerceptualError `pictures` */
export function checkPictureTensor(pictures: tf.Tensor): void {
  if (pictures.rank === 4 && pictures.shape[3] === CHANNELS) return;
  throw new PerceptualError(
    'pictures',
    `pictures of shape [${pictures.shape.join(', ')}]; expected [n, h, w, 3].`,
  );
}
