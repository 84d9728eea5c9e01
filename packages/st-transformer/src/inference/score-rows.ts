import { tf } from '@borealis/tensor';
import type { CompiledModel } from './compiled-model.ts';

/** Rows whose log-probabilities are in memory together: 256 of 64,000 codes are 66 MB. */
const ROWS_AT_A_TIME = 256;

/** Of n places: the fields of GridPrediction. */
export interface RowScores {
  readonly codes: Int32Array;
  readonly targetLogProbabilities: Float32Array;
  readonly topCodes: Int32Array;
  readonly topLogProbabilities: Float32Array;
}

/** Scores of places from what the model knows there, `[n c]`, and their true codes, `[n]`. */
export function scoreRows(
  model: CompiledModel,
  hidden: tf.Tensor,
  { truth, k }: { readonly truth: Int32Array; readonly k: number },
): RowScores {
  const n = truth.length;
  const scores = {
    codes: new Int32Array(n),
    targetLogProbabilities: new Float32Array(n),
    topCodes: new Int32Array(0),
    topLogProbabilities: new Float32Array(0),
  };
  forEachPart(hidden, (part, start) => {
    const count = part.shape[0];
    const targets = tf.tensor(truth.slice(start, start + count), [count], 'int32');
    const outputs = model.outputs(part, targets, k);
    const width = outputs.topCodes.shape[1] ?? 0; // k, or fewer where the vocabulary is smaller
    if (start === 0) {
      scores.topCodes = new Int32Array(n * width);
      scores.topLogProbabilities = new Float32Array(n * width);
    }
    scores.codes.set(outputs.codes.dataSync(), start);
    scores.targetLogProbabilities.set(outputs.target.dataSync(), start);
    scores.topCodes.set(outputs.topCodes.dataSync(), start * width);
    scores.topLogProbabilities.set(outputs.topLogProbabilities.dataSync(), start * width);
  });
  return scores;
}

/** The likeliest codes of places from what the model knows there, `[n c]`. */
export function greedyRows(model: CompiledModel, hidden: tf.Tensor): Int32Array {
  const codes = new Int32Array(hidden.shape[0]);
  forEachPart(hidden, (part, start) => {
    codes.set(model.greedy(part).dataSync(), start);
  });
  return codes;
}

function forEachPart(rows: tf.Tensor, visit: (part: tf.Tensor, start: number) => void): void {
  const n = rows.shape[0];
  for (let start = 0; start < n; start += ROWS_AT_A_TIME) {
    const count = Math.min(ROWS_AT_A_TIME, n - start);
    tf.tidy(() => {
      visit(tf.slice(rows, [start, 0], [count, -1]), start);
    });
  }
}
