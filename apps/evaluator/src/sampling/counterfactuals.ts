import type { Frames } from '@borealis/dataset';
import type { Interval, SegmentValue } from '@borealis/metrics';
import { bootstrapBySegment, framePsnr } from '@borealis/metrics';
import type { Windows } from '../compression/token-candidate.ts';
import { EvaluatorError } from '../evaluator-error.ts';
import type { FrameCandidate, FrameWindow } from './frame-candidate.ts';
import { contextOf, targetOf } from './frame-candidate.ts';
import { lastOf, PSNR_CEILING, wholeWindow } from './score-frames.ts';

const SEED = 1;

/** dB between the given frames of two sides: what coding leaves of equal pictures is above. */
const ALIKE = 28;

/** dB of the last frames of one context's two futures, predicted and true. */
export interface CounterfactualScore {
  readonly segment: number;
  readonly window: number;
  /** `own[0]`: prediction with A's states against truth A; `own[1]`: B against B. */
  readonly own: readonly [a: number, b: number];
  /** `other[0]`: prediction with A's states against truth B; `other[1]`: B against A. */
  readonly other: readonly [a: number, b: number];
  /** Truth A against truth B: how far the two ways of acting lead apart. */
  readonly between: number;
}

export interface CounterfactualScores {
  readonly name: string;
  readonly windows: readonly CounterfactualScore[];
}

/**
 * One context, two ways of acting: what a candidate predicts with each way's states is held against both true futures.
 * Both predictions are made from A's frames, so that nothing but the states tells them apart.
 *
 * @param options `a`, `b`: windows in the same order, of equal segments; given frames must be the same but for their
 * coding
 * @throws EvaluatorError `windows` where the two don't belong together
 */
export async function scoreCounterfactuals(options: {
  readonly a: Windows;
  readonly b: Windows;
  readonly contextFrames: number;
  readonly candidates: readonly FrameCandidate[];
  readonly onProgress?: (done: number, total: number) => void;
}): Promise<CounterfactualScores[]> {
  const { a, b, contextFrames, candidates, onProgress } = options;
  if (a.count !== b.count || a.count === 0) {
    throw new EvaluatorError(
      'windows',
      `${a.count} windows against ${b.count}: two ways to go on from the same contexts are expected`,
    );
  }
  const scores = candidates.map(({ name }) => ({ name, windows: [] as CounterfactualScore[] }));
  for (let i = 0; i < a.count; i++) {
    const pair = { a: await wholeWindow(a, i), b: await wholeWindow(b, i) };
    if (pair.a.segment !== pair.b.segment || pair.a.start !== pair.b.start) {
      throw new EvaluatorError(
        'windows',
        `window ${i} is of segment ${pair.a.segment} on one side, of ${pair.b.segment} on the other`,
      );
    }
    if (contextFrames > 0) checkAlike(contextOf(pair.a, contextFrames), contextOf(pair.b, contextFrames), i);
    for (const [c, candidate] of candidates.entries())
      scores[c]?.windows.push({ segment: pair.a.segment, window: i, ...(await scorePair(candidate, pair)) });
    onProgress?.(i + 1, a.count);
  }
  return scores;
}

function checkAlike(a: Frames, b: Frames, window: number): void {
  const { mean } = framePsnr(a, b, { ceiling: PSNR_CEILING });
  if (mean >= ALIKE) return;
  throw new EvaluatorError(
    'windows',
    `window ${window}: the given frames of the two sides are ${mean.toFixed(1)} dB apart; one context is expected, and then two ways to act`,
  );
}

async function scorePair(
  candidate: FrameCandidate,
  { a, b }: { readonly a: FrameWindow; readonly b: FrameWindow },
): Promise<Omit<CounterfactualScore, 'segment' | 'window'>> {
  const [trueA, trueB] = [targetOf(a), targetOf(b)];
  const [asA, asB] = [await candidate.predict(a), await candidate.predict({ ...a, states: b.states })];
  const psnr = (predicted: typeof asA, target: typeof trueA): number =>
    framePsnr(lastOf(predicted), target, { ceiling: PSNR_CEILING }).mean;
  return {
    own: [psnr(asA, trueA), psnr(asB, trueB)],
    other: [psnr(asA, trueB), psnr(asB, trueA)],
    between: psnr(trueA, trueB),
  };
}

export interface CounterfactualSummary {
  readonly name: string;
  readonly windows: number;
  /** Share of predictions that are nearer to their own truth than to the other; 0.5 for whoever doesn't hear the states. */
  readonly nearer: Interval;
  /** Share of truths that are nearer to the prediction made for them than to the other, which blandness doesn't decide. */
  readonly told: Interval;
  /** dB by which predictions are nearer to their own truth; the same as that by which truths are nearer to their prediction. */
  readonly margin: Interval;
  /** dB between the two truths. */
  readonly between: Interval;
}

/** Intervals are over segments. */
export function summariseCounterfactuals({ name, windows }: CounterfactualScores): CounterfactualSummary {
  const interval = (value: (score: CounterfactualScore) => number): Interval => {
    const values: SegmentValue[] = windows.map((score) => ({ segment: score.segment, value: value(score) }));
    return bootstrapBySegment({ values, seed: SEED });
  };
  const margin = ({ own, other }: CounterfactualScore): number => (own[0] - other[0] + own[1] - other[1]) / 2;
  const share = (...margins: readonly number[]): number =>
    margins.reduce((sum, margin) => sum + (margin > 0 ? 1 : margin === 0 ? 0.5 : 0), 0) / margins.length;
  return {
    name,
    windows: windows.length,
    nearer: interval(({ own, other }) => share(own[0] - other[0], own[1] - other[1])),
    told: interval(({ own, other }) => share(own[0] - other[1], own[1] - other[0])),
    margin: interval(margin),
    between: interval(({ between }) => between),
  };
}
