import { DatasetError } from './dataset-error.ts';
import { FRAMES_PER_TRIPLE } from './facts.ts';
import type { Segment } from './segments.ts';
import type { Window, WindowSpec } from './window.ts';

/** Where a window lies. */
export interface WindowPlace {
  readonly shard: number;
  /** Which of `dataset.segments`. */
  readonly segment: number;
  /** First frame, counted in the shard. */
  readonly start: number;
}

/** The windows of a dataset, by number: segment after segment, ascending start. */
export interface WindowIndex {
  readonly spec: WindowSpec;
  readonly count: number;
  /** Where window `i` lies, without reading it. Throws `range`. */
  locate(i: number): WindowPlace;
  /** Number of the first window of segment `segment`, which may be past the last; of `segments.length`: `count`. */
  firstOf(segment: number): number;
  /** Reads window `i`. Throws `range`, `state-values`, `token-range`, `video`. */
  at(i: number): Promise<Window>;
}

/** The stretch of a segment that windows may lie in. */
export interface Span {
  readonly first: number;
  readonly frames: number;
}

/**
 * Triples are cut every 17 frames of the shard, in foreign data without regard to segments: those that don't lie in the
 * segment whole are left out, as is the last one of a shard where frames are missing to it.
 */
export function tripleSpan(segment: Segment): Span {
  const first = Math.ceil(segment.start / FRAMES_PER_TRIPLE) * FRAMES_PER_TRIPLE;
  const end = Math.floor((segment.start + segment.frames) / FRAMES_PER_TRIPLE) * FRAMES_PER_TRIPLE;
  return { first, frames: Math.max(0, end - first) };
}

/** Throws `window-spec` where a spec can't be met by any data. */
function checkWindowSpec(spec: WindowSpec): void {
  const unit = spec.content === 'tokens' ? FRAMES_PER_TRIPLE : 1;
  for (const key of ['frames', 'stride'] as const) {
    const value = spec[key];
    if (!Number.isSafeInteger(value) || value < 1 || value % unit !== 0) {
      const what =
        unit === 1 ? 'a whole number from 1' : `a multiple of ${unit}, the frames of a grid triple`;
      throw new DatasetError('window-spec', `A window's ${key} must be ${what}; it is ${value}.`);
    }
  }
}

/** Numbers the windows that lie in `spans`, one span per segment. */
export function createWindowIndex(
  spec: WindowSpec,
  segments: readonly Segment[],
  spans: readonly Span[],
  read: (place: WindowPlace) => Promise<Window>,
): WindowIndex {
  checkWindowSpec(spec);
  const firsts = new Float64Array(segments.length + 1);
  for (const [i, span] of spans.entries()) {
    const windows = span.frames < spec.frames ? 0 : Math.floor((span.frames - spec.frames) / spec.stride) + 1;
    firsts[i + 1] = (firsts[i] ?? 0) + windows;
  }
  const count = firsts[segments.length] ?? 0;

  function locate(i: number): WindowPlace {
    if (!Number.isInteger(i) || i < 0 || i >= count) {
      throw new DatasetError('range', `There are ${count} windows; number ${i} was asked for.`);
    }
    let low = 0; // the last segment whose first window is not behind i
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((firsts[middle] ?? 0) <= i) low = middle;
      else high = middle - 1;
    }
    const start = (spans[low]?.first ?? 0) + (i - (firsts[low] ?? 0)) * spec.stride;
    return { shard: segments[low]?.shard ?? 0, segment: low, start };
  }

  return {
    spec,
    count,
    locate,
    firstOf(segment) {
      const first = firsts[segment];
      if (first === undefined) {
        throw new DatasetError(
          'range',
          `There are ${segments.length} segments; number ${segment} was asked for.`,
        );
      }
      return first;
    },
    at: async (i) => read(locate(i)),
  };
}
