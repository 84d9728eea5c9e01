import { countRows, logSumExp } from './logit-rows.ts';
import type { LogitRows } from './logit-rows.ts';
import { MetricsError } from './metrics-error.ts';
import { topK } from './top-k.ts';

/** Codes in the vocabulary of the challenge: FSQ levels 8, 8, 8, 5, 5, 5. */
export const CHALLENGE_CODES = 64_000;
/** Codes of each position that the challenge takes. */
export const CHALLENGE_K = 500;

/** What a model says of each position: its k likeliest codes. Both tracks' baselines give this form as well. */
export interface TopKPredictions {
  readonly k: number;
  /** Codes in the vocabulary. */
  readonly classes: number;
  /** `[positions k]` codes, likeliest first */
  readonly indices: Int32Array;
  /** `[positions k]` natural logarithms of probabilities of the full softmax, falling */
  readonly logProbabilities: Float32Array;
}

/**
 * The k likeliest codes of each row with their log-probabilities under the row's full softmax.
 *
 * @param rows `[positions classes]`; logits, or log-probabilities with `normalised: true`, which saves the softmax
 * @throws {MetricsError} `not-finite`, `out-of-range`, `shape-mismatch`
 */
export function topKPredictions(
  rows: LogitRows & { readonly values: Float32Array; readonly normalised?: boolean },
  k: number = CHALLENGE_K,
): TopKPredictions {
  const { values, classes, normalised = false } = rows;
  const { indices, values: logProbabilities } = topK(rows, k);
  if (!normalised) {
    const positions = countRows(rows);
    for (let p = 0; p < positions; p++) {
      const total = logSumExp(values.subarray(p * classes, (p + 1) * classes), p);
      for (let i = p * k; i < (p + 1) * k; i++) logProbabilities[i] = (logProbabilities[i] ?? 0) - total;
    }
  }
  return { k, classes, indices, logProbabilities };
}

/** Rounding of 500 float32 log-probabilities stays far below this. */
const SUM_TOLERANCE = 1e-3;

/**
 * Refuses what can't be the head of a distribution.
 *
 * @param first of each position's codes, so many are added up; default all
 * @returns `[positions]` probability of these codes together
 * @throws {MetricsError} naming position and rank: `shape-mismatch`; `not-finite` for NaN or +∞; `out-of-range` for a
 * code outside the vocabulary; `duplicate-code`; `unsorted`; `unnormalised` where the probabilities add up to more than
 * 1, or to less than the likeliest k of a distribution must
 */
export function checkTopKPredictions(predictions: TopKPredictions, first = predictions.k): Float64Array {
  const { k, classes, indices, logProbabilities } = predictions;
  const positions = indices.length / k;
  if (!Number.isInteger(positions) || indices.length !== logProbabilities.length || k < 1 || k > classes) {
    throw new MetricsError(
      'shape-mismatch',
      `${indices.length} codes and ${logProbabilities.length} log-probabilities for k = ${k} of ${classes}: expected [positions k] of both.`,
    );
  }
  const seenAt = new Int32Array(classes).fill(-1);
  const masses = new Float64Array(positions);
  for (let p = 0; p < positions; p++) {
    let sum = 0;
    let previous = Infinity;
    for (let rank = 0; rank < k; rank++) {
      const code = indices[p * k + rank] ?? -1;
      const logProbability = logProbabilities[p * k + rank] ?? NaN;
      const sound = code >= 0 && code < classes && seenAt[code] !== p && logProbability <= previous;
      if (!sound || logProbability === Infinity) {
        refuse({ code, logProbability, previous, classes, repeated: seenAt[code] === p }, p, rank);
      }
      seenAt[code] = p;
      previous = logProbability;
      sum += Math.exp(logProbability);
      if (rank === first - 1) masses[p] = sum;
    }
    // the likeliest k of any distribution hold at least k / classes of its mass
    if (sum > 1 + SUM_TOLERANCE || sum < (k / classes) * (1 - SUM_TOLERANCE)) {
      throw new MetricsError(
        'unnormalised',
        `position ${p}: the ${k} probabilities add up to ${sum}, expected ${k / classes} to 1. Give log-probabilities of the full softmax.`,
      );
    }
  }
  return masses;
}

/** Says what is wrong with an entry. */
function refuse(
  entry: {
    readonly code: number;
    readonly logProbability: number;
    readonly previous: number;
    readonly classes: number;
    readonly repeated: boolean;
  },
  position: number,
  rank: number,
): never {
  const { code, logProbability, previous, classes, repeated } = entry;
  const where = `position ${position}, rank ${rank}`;
  if (!(code >= 0 && code < classes)) {
    throw new MetricsError('out-of-range', `${where}: code ${code}, expected 0 to ${classes - 1}.`);
  }
  if (repeated) {
    throw new MetricsError('duplicate-code', `${where}: code ${code} was named before in this position.`);
  }
  if (Number.isNaN(logProbability) || logProbability === Infinity) {
    throw new MetricsError(
      'not-finite',
      `${where}: log-probability ${logProbability}, expected a number up to 0.`,
    );
  }
  throw new MetricsError(
    'unsorted',
    `${where}: log-probability ${logProbability} follows ${previous}; expected falling order.`,
  );
}
