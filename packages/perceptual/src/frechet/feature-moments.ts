import { PerceptualError } from '../perceptual-error.ts';

/** Features of pictures, one after another: `[n width]`. */
export interface FeatureRows {
  readonly values: ArrayLike<number>;
  readonly width: number;
}

/** What is kept of any number of features: plain data, which may go from one worker to another. */
export interface FeatureMoments {
  readonly samples: number;
  /** `[width]` */
  readonly mean: Float64Array;
  /** `[width width]`, sums of products of differences from the mean; the covariance is this over `samples − 1`. */
  readonly products: Float64Array;
}

/** Mean and covariance of features, in 64 bits and in memory that doesn't grow with their number. */
export interface FeatureMomentsAccumulator {
  /** @throws PerceptualError `features` where rows have another width, or hold what is no number */
  add(rows: FeatureRows): void;
  /** As if the other's features had been added here. @throws PerceptualError `features` for another width */
  merge(other: FeatureMoments): void;
  /** A copy. */
  state(): FeatureMoments;
}

/** Rows are gathered into their own moments first, then merged (Chan, Golub and LeVeque 1983). */
export function createFeatureMoments(width: number): FeatureMomentsAccumulator {
  const mean = new Float64Array(width);
  const products = new Float64Array(width * width);
  let samples = 0;

  const merge = (other: FeatureMoments) => {
    if (other.mean.length !== width || other.products.length !== width ** 2)
      throw wrongWidth(other.mean.length);
    if (other.samples === 0) return;
    const total = samples + other.samples;
    const share = other.samples / total;
    const difference = other.mean.map((value, i) => value - (mean[i] ?? 0));
    for (let i = 0; i < width; i++) {
      const weighted = (difference[i] ?? 0) * samples * share;
      for (let j = 0, at = i * width; j < width; j++, at++) {
        products[at] = (products[at] ?? 0) + (other.products[at] ?? 0) + weighted * (difference[j] ?? 0);
      }
    }
    for (let i = 0; i < width; i++) mean[i] = (mean[i] ?? 0) + (difference[i] ?? 0) * share;
    samples = total;
  };
  const wrongWidth = (found: number) =>
    new PerceptualError('features', `features of ${found} numbers, expected ${width}.`);

  return {
    add(rows) {
      if (rows.width !== width) throw wrongWidth(rows.width);
      merge(momentsOf(rows));
    },
    merge,
    state: () => ({ samples, mean: mean.slice(), products: products.slice() }),
  };
}

function momentsOf({ values, width }: FeatureRows): FeatureMoments {
  const samples = values.length / width;
  if (!Number.isInteger(samples)) {
    throw new PerceptualError('features', `${values.length} values are no rows of ${width}.`);
  }
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++)
    mean[i % width] = (mean[i % width] ?? 0) + (values[i] ?? 0) / samples;
  if (!mean.every(Number.isFinite)) {
    throw new PerceptualError('features', `${samples} features hold NaN or infinity.`);
  }
  const products = new Float64Array(width * width);
  for (let n = 0; n < samples; n++) {
    const row = mean.map((value, i) => (values[n * width + i] ?? 0) - value);
    for (let i = 0; i < width; i++) {
      const left = row[i] ?? 0;
      for (let j = 0, at = i * width; j < width; j++, at++)
        products[at] = (products[at] ?? 0) + left * (row[j] ?? 0);
    }
  }
  return { samples, mean, products };
}
