import type { TokenScore } from '@borealis/metrics';
import type { CandidateScores } from './score-tokens.ts';

/** A figure of one window: the mean over its future grids. */
export interface WindowScore {
  readonly window: number;
  readonly segment: number;
  readonly value: number;
}

/** A metric of each window, in order. */
export function windowScores(
  { grids }: Pick<CandidateScores, 'grids'>,
  metric: keyof TokenScore = 'crossEntropy',
): WindowScore[] {
  const windows = new Map<number, { readonly segment: number; readonly values: number[] }>();
  for (const score of grids) {
    const entry = windows.get(score.window) ?? { segment: score.segment, values: [] };
    entry.values.push(score[metric]);
    windows.set(score.window, entry);
  }
  return [...windows].map(([window, { segment, values }]) => ({
    window,
    segment,
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
  }));
}

/** The windows with the highest values, the highest first, no two of one segment. */
export function worstWindows(scores: readonly WindowScore[], count: number): WindowScore[] {
  const segments = new Set<number>();
  return scores
    .toSorted((a, b) => b.value - a.value)
    .filter(({ segment }) => !segments.has(segment) && segments.add(segment))
    .slice(0, count);
}

/** Windows spread evenly over the segments: the middle one of each that is chosen. */
export function typicalWindows(scores: readonly WindowScore[], count: number): WindowScore[] {
  const numbers = [...new Set(scores.map(({ segment }) => segment))];
  const segments = numbers.map((number) => scores.filter(({ segment }) => segment === number));
  const wanted = Math.min(count, segments.length);
  return Array.from(
    { length: wanted },
    (_, i) => segments[Math.floor(((i + 0.5) * segments.length) / wanted)] ?? [],
  ).flatMap((windows) => windows.slice(Math.floor(windows.length / 2)).slice(0, 1));
}
