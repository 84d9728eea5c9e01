/** Widens the bounded range a little, so that the outermost levels can be reached. */
const MARGIN = 1e-3;

/** What bounds a number to the range of one level count L. */
export interface FsqRange {
  /** (L − 1)(1 + 1e-3) / 2 */
  readonly half: number;
  /** 0.5 for even L, else 0. */
  readonly offset: number;
  /** atanh(offset / half): what makes 0 stay 0. */
  readonly shift: number;
}

/**
 * Cosmos tokenizer's form (fsq.py); the appendix of the paper (Mentzer et al. 2023, arXiv 2309.15505) has tan for
 * atanh and 0.999 for 1.001.
 */
export function fsqRange(level: number): FsqRange {
  const half = ((level - 1) * (1 + MARGIN)) / 2;
  const offset = level % 2 === 0 ? 0.5 : 0;
  return { half, offset, shift: Math.atanh(offset / half) };
}

/** `tanh(z + shift) * half − offset`: any number bounded to the range that rounds to the L levels around 0. */
export function bound(z: number, { half, offset, shift }: FsqRange): number {
  return Math.tanh(z + shift) * half - offset;
}

/** The z that `bound` takes to `bounded`, which lies inside the range. */
export function unbound(bounded: number, { half, offset, shift }: FsqRange): number {
  return Math.atanh((bounded + offset) / half) - shift;
}

/**
 * Bounded numbers before rounding.
 *
 * @param z `[n k]`, k the number of levels
 * @returns `[n k]`
 */
export function fsqBound(z: Float32Array, levels: readonly number[]): Float32Array {
  const ranges = levels.map(fsqRange);
  const bounded = new Float32Array(z.length);
  for (const [j, range] of ranges.entries()) {
    for (let i = j; i < z.length; i += ranges.length) bounded[i] = bound(z[i] ?? NaN, range);
  }
  return bounded;
}
