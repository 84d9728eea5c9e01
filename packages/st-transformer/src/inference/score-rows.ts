import { tf } from '@borealis/tensor';
import type { CompiledModel } from './compiled-model.ts';
import { forEachRowPart } from './row-parts.ts';

/** Of n places: the fields of GridPrediction. */
export type RowScores = {
  readonly targetLogProbabilities: Float32Array;
  readonly topCodes: Int32Array;
  readonly topLogProbabilities: Float32Array;
};

/** Scores of places from what the model knows there, `[n c]`, and their true codes, `[n]`. */
export function scoreRows(
  model: CompiledModel,
  hidden: tf.Tensor,
  { truth, k }: { readonly truth: Int32Array; readonly k: number },
): RowScores {
  const n = truth.length;
  const scores = {
    targetLogProbabilities: new Float32Array(n),
    topCodes: new Int32Array(0),
    topLogProbabilities: new Float32Array(0),
  };
  forEachRowPart(hidden, (part, start) => {
    const count = part.shape[0];
    const targets = tf.tensor(truth.slice(start, start + count), [count], 'int32');
    const outputs = model.outputs(part, targets, k);
    const width = outputs.topCodes.shape[1] ?? 0; // k, or fewer where the vocabulary is smaller
    if (start === 0) {
      scores.topCodes = new Int32Array(n * width);
      scores.topLogProbabilities = new Float32Array(n * width);
    }
    scores.targetLogProbabilities.set(outputs.target.dataSync(), start);
    scores.topCodes.set(outputs.topCodes.dataSync(), start * width);
    scores.topLogProbabilities.set(outputs.topLogProbabilities.dataSync(), start * width);
  });
  return scores;
}

/** The likeliest code of each of n places. */
export function likeliestOf({ topCodes }: RowScores, n: number): Int32Array {
  const width = topCodes.length / n;
  return Int32Array.from({ length: n }, (_, place) => topCodes[place * width] ?? 0);
}
