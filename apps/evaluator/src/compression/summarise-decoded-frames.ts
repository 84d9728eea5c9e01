import type { Interval, PairedDifference, SegmentValue } from '@borealis/metrics';
import { bootstrapBySegment, pairedDifferenceBySegment, psnrFromMse } from '@borealis/metrics';
import { EvaluatorError } from '../evaluator-error.ts';
import type { DecodedFrameScore, DecodedScores } from './score-decoded-frames.ts';
import type { PredictionMode } from './token-candidate.ts';

/** dB of decoded future frames, with 95 % intervals over segments. */
export interface DecodedSummary {
  readonly name: string;
  readonly mode?: PredictionMode;
  readonly ceiling: boolean;
  /** Mean of the frames' dB. */
  readonly psnr: Interval;
  /** dB of the mean squared error over all frames. */
  readonly pooledPsnr: Interval;
  /** Mean of the dB of each future grid's frames. */
  readonly perGrid: readonly { readonly grid: number; readonly psnr: Interval }[];
}

const SEED = 1;

export function summariseDecodedFrames({ frames, ...about }: DecodedScores): DecodedSummary {
  const grids = [...new Set(frames.map(({ grid }) => grid))].sort((a, b) => a - b);
  const psnrOf = (some: readonly DecodedFrameScore[]) =>
    bootstrapBySegment({ values: valuesOf(some, 'psnr'), seed: SEED });
  return {
    ...about,
    psnr: psnrOf(frames),
    pooledPsnr: bootstrapBySegment({ values: valuesOf(frames, 'mse'), seed: SEED, transform: psnrFromMse }),
    perGrid: grids.map((grid) => ({ grid, psnr: psnrOf(frames.filter((frame) => frame.grid === grid)) })),
  };
}

/** first − second in dB on the same frames: above 0 where the first is nearer to the truth. */
export function decodedDifference(first: DecodedScores, second: DecodedScores): PairedDifference {
  return pairedDifferenceBySegment({
    first: valuesOf(first.frames, 'psnr'),
    second: valuesOf(second.frames, 'psnr'),
    seed: SEED,
  });
}

/**
 * Several runs of one recipe as one: the mean of their dB, and of their squared errors, on each frame.
 *
 * @throws {EvaluatorError} `windows` where they were scored on different ones
 */
export function averageDecoded(name: string, runs: readonly DecodedScores[]): DecodedScores {
  const [first] = runs;
  if (first === undefined) throw new Error(`${name}: there are no scores to average`);
  if (runs.some(({ frames }) => frames.length !== first.frames.length))
    throw new EvaluatorError('windows', `${name}: the runs were scored on different windows`);
  const mean = (i: number, metric: 'psnr' | 'mse') =>
    runs.reduce((sum, { frames }) => sum + (frames[i]?.[metric] ?? NaN), 0) / runs.length;
  const frames = first.frames.map((frame, i) => ({ ...frame, psnr: mean(i, 'psnr'), mse: mean(i, 'mse') }));
  return { ...first, name, frames };
}

function valuesOf(frames: readonly DecodedFrameScore[], metric: 'psnr' | 'mse'): SegmentValue[] {
  return frames.map((frame) => ({ segment: frame.segment, value: frame[metric] }));
}
