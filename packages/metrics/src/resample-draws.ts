import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Which segments a bootstrap draws. */
interface Draws {
  readonly seed: number;
  readonly segments: number;
  readonly resamples: number;
  /** `[resamples segments]` */
  readonly drawn: Uint32Array;
}

let latest: Draws | undefined;

/**
 * `[resamples segments]` numbers of segments, drawn with replacement. The figures of one evaluation are many and all over
 * the same segments, so the latest draws are kept; they must not be written to.
 */
export function resampleDraws(seed: number, segments: number, resamples: number): Uint32Array {
  if (latest?.seed === seed && latest.segments === segments && latest.resamples === resamples)
    return latest.drawn;
  const random = xoroshiro128plus(seed);
  const drawn = new Uint32Array(resamples * segments);
  for (let i = 0; i < drawn.length; i++) drawn[i] = uniformInt(random, 0, segments - 1);
  latest = { seed, segments, resamples, drawn };
  return drawn;
}
