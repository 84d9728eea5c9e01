import { MetricsError } from './metrics-error.ts';

/**
 * Share of positions at which the predicted class is the target.
 *
 * @param predicted `[positions]` class numbers
 * @param targets `[positions]` class numbers
 * @param options `ignoreIndex`: the target that marks positions to leave out, default −100
 * @throws {MetricsError} `shape-mismatch`; `empty` where no position counts
 */
export function accuracy(
  predicted: Int32Array,
  targets: Int32Array,
  options: { readonly ignoreIndex?: number } = {},
): number {
  const { ignoreIndex = -100 } = options;
  if (predicted.length !== targets.length) {
    throw new MetricsError(
      'shape-mismatch',
      `${predicted.length} predictions for ${targets.length} targets.`,
    );
  }
  let [right, count] = [0, 0];
  targets.forEach((target, i) => {
    if (target === ignoreIndex) return;
    count++;
    if (predicted[i] === target) right++;
  });
  if (count === 0) throw new MetricsError('empty', 'no position counts: there is no accuracy.');
  return right / count;
}
