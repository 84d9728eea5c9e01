const RATIO = (Math.sqrt(5) - 1) / 2;

/** Where a function with one peak between low and high is largest, to within the tolerance (golden-section search). */
export function maximise(
  f: (x: number) => number,
  range: { low: number; high: number; tolerance: number },
): number {
  let { low, high } = range;
  let [left, right] = [high - RATIO * (high - low), low + RATIO * (high - low)];
  let [atLeft, atRight] = [f(left), f(right)];
  while (high - low > range.tolerance) {
    if (atLeft > atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - RATIO * (high - low);
      atLeft = f(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + RATIO * (high - low);
      atRight = f(right);
    }
  }
  return (low + high) / 2;
}
