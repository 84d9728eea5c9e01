import { checkTargets } from '../cross-entropy.ts';
import { CHALLENGE_K } from '../top-k-predictions.ts';
import { topK } from '../top-k.ts';
import type { TopK } from '../top-k.ts';
import type { GridPrediction } from './token-baseline.ts';

/** One distribution for all places of a grid: its 64,000 values and its order are kept once. */
export interface SharedDistribution {
  /** `[classes]` */
  readonly logProbabilities: Float64Array;
  /** The k likeliest codes, computed once for each k. */
  likeliest(k: number): TopK;
}

export function sharedDistribution(logProbabilities: Float64Array): SharedDistribution {
  const heads = new Map<number, TopK>();
  return {
    logProbabilities,
    likeliest(k) {
      const known = heads.get(k);
      if (known !== undefined) return known;
      const values = Float32Array.from(logProbabilities);
      const head = topK({ values, classes: logProbabilities.length }, k);
      heads.set(k, head);
      return head;
    },
  };
}

/** The same distribution at every place. */
export function predictShared(distribution: SharedDistribution, places: number): GridPrediction {
  const { logProbabilities } = distribution;
  const classes = logProbabilities.length;
  return {
    logProbabilities(targets) {
      checkTargets(targets, { rows: places, classes });
      return Float64Array.from(targets, (target) => logProbabilities[target] ?? NaN);
    },
    topK(k = CHALLENGE_K) {
      const head = distribution.likeliest(k);
      const indices = new Int32Array(places * k);
      const values = new Float32Array(places * k);
      for (let p = 0; p < places; p++) {
        indices.set(head.indices, p * k);
        values.set(head.values, p * k);
      }
      return { k, classes, indices, logProbabilities: values };
    },
  };
}

/** α · [the copied code of the place] + (1 − α) · the shared distribution. */
export function predictMixture(
  distribution: SharedDistribution,
  copied: Int32Array,
  alpha: number,
): GridPrediction {
  const { logProbabilities } = distribution;
  const classes = logProbabilities.length;
  const places = copied.length;
  checkTargets(copied, { rows: places, classes });
  const background = Math.log1p(-alpha);
  const ofCopied = (code: number) => Math.log(alpha + (1 - alpha) * Math.exp(logProbabilities[code] ?? NaN));
  return {
    logProbabilities(targets) {
      checkTargets(targets, { rows: places, classes });
      return Float64Array.from(targets, (target, p) =>
        target === copied[p] ? ofCopied(target) : background + (logProbabilities[target] ?? NaN),
      );
    },
    topK(k = CHALLENGE_K) {
      const head = distribution.likeliest(k);
      const headValues = head.values.map((value) => value + background);
      const indices = new Int32Array(places * k);
      const values = new Float32Array(places * k);
      copied.forEach((copy, p) => {
        const copyValue = Math.fround(ofCopied(copy));
        let placed = false;
        let out = p * k;
        const end = out + k;
        for (let i = 0; i < k && out < end; i++) {
          const code = head.indices[i] ?? 0;
          const value = headValues[i] ?? 0;
          if (!placed && (copyValue > value || (copyValue === value && copy <= code))) {
            indices[out] = copy;
            values[out++] = copyValue;
            placed = true;
          }
          if (code !== copy && out < end) {
            indices[out] = code;
            values[out++] = value;
          }
        }
        if (out < end) {
          indices[out] = copy;
          values[out] = copyValue;
        }
      });
      return { k, classes, indices, logProbabilities: values };
    },
  };
}
