import type { FrameCandidateScores, FrameSummary, SegmentGroup } from '@borealis/evaluator';
import { frameDifference, inGroup, summariseFrames } from '@borealis/evaluator';
import type { PairedDifference } from '@borealis/metrics';

/** first − second in dB of the last frame, on the same windows: above 0 where the first is better. */
export interface FrameDifferences {
  readonly first: string;
  readonly second: string;
  readonly psnr: PairedDifference;
}

/** All figures over some windows. */
export interface SamplingFigures {
  /** Which windows: all, or a group's. */
  readonly name: string;
  readonly windows: number;
  readonly segments: number;
  readonly summaries: readonly FrameSummary[];
  readonly differences: readonly FrameDifferences[];
}

/**
 * The figures of all candidates, and what lies between the model `own` and the others: its mean of the most samples
 * against the baselines and its own fewer samples, like numbers of samples against other models and other states.
 */
export function samplingFigures(
  name: string,
  scores: readonly FrameCandidateScores[],
  own: string | undefined,
): SamplingFigures {
  const frames = scores[0]?.frames ?? [];
  return {
    ...{ name, windows: frames.length, segments: new Set(frames.map(({ segment }) => segment)).size },
    summaries: scores.map(summariseFrames),
    differences: own === undefined ? [] : differencesOf(scores, own),
  };
}

/** All scores on the windows of a group. */
export function scoresInGroup(
  scores: readonly FrameCandidateScores[],
  group: SegmentGroup,
): FrameCandidateScores[] {
  return scores.map((score) => ({ ...score, frames: inGroup(score.frames, group) }));
}

/** A model's own candidates: no other states, no blur; the most samples last. A token model has one. */
export function ownScores(scores: readonly FrameCandidateScores[], own: string): FrameCandidateScores[] {
  return scores
    .filter(
      ({ name, setting }) =>
        name === own || (setting?.model === own && setting.states === 'own' && setting.blur === undefined),
    )
    .toSorted((a, b) => (a.setting?.samples ?? 1) - (b.setting?.samples ?? 1));
}

function differencesOf(scores: readonly FrameCandidateScores[], own: string): FrameDifferences[] {
  const mine = ownScores(scores, own);
  const best = mine.at(-1);
  if (best === undefined) return [];
  return scores.flatMap((other) => {
    const { setting, ceiling, name: second } = other;
    if (ceiling || other === best) return [];
    const isRival = setting !== undefined && (setting.model !== own || setting.states === 'shuffled');
    const first = isRival ? mine.find((each) => each.setting?.samples === setting.samples) : best;
    if (first === undefined) return [];
    return [{ first: first.name, second, psnr: frameDifference(first, other) }];
  });
}
