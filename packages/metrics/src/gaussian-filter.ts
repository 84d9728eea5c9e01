/**
 * How a picture goes on beyond its edge: `symmetric` repeats the edge (d c b a | a b c d; scipy calls it "reflect"),
 * `mirror` does not (d c b | a b c d; torch calls it "reflect").
 */
export type Border = 'symmetric' | 'mirror';

/** Normalised samples of a Gaussian at −radius … radius. */
export function gaussianWindow(sigma: number, radius: number): Float64Array {
  const window = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = window.reduce((total, value) => total + value, 0);
  return window.map((value) => value / sum);
}

/**
 * Separable filter over the height and width of a picture `[h w c]` in 64 bits; the result has the same shape.
 * Sides must exceed the window's radius.
 */
export function filterSeparable(
  picture: Float64Array,
  shape: { readonly height: number; readonly width: number; readonly channels: number },
  filter: { readonly window: Float64Array; readonly border: Border },
): Float64Array {
  const { height, width, channels } = shape;
  const { window, border } = filter;
  const radius = (window.length - 1) / 2;
  const stride = width * channels;

  const across = new Float64Array(picture.length);
  const padded = new Float64Array((width + 2 * radius) * channels);
  const columns = Int32Array.from({ length: width + 2 * radius }, (_, x) =>
    reflected(x - radius, width, border),
  );
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    for (let x = 0; x < columns.length; x++) {
      const source = row + (columns[x] ?? 0) * channels;
      for (let c = 0; c < channels; c++) padded[x * channels + c] = picture[source + c] ?? 0;
    }
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = 0, p = i; k < window.length; k++, p += channels)
        sum += (window[k] ?? 0) * (padded[p] ?? 0);
      across[row + i] = sum;
    }
  }

  const result = new Float64Array(picture.length);
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    for (let k = 0; k < window.length; k++) {
      const source = reflected(y + k - radius, height, border) * stride;
      const weight = window[k] ?? 0;
      for (let i = 0; i < stride; i++)
        result[row + i] = (result[row + i] ?? 0) + weight * (across[source + i] ?? 0);
    }
  }
  return result;
}

function reflected(index: number, size: number, border: Border): number {
  const edge = border === 'symmetric' ? 1 : 0;
  if (index < 0) return -index - edge;
  if (index >= size) return 2 * size - 2 - index + edge;
  return index;
}
