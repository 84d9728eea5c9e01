import { EnsembleError } from './ensemble-error.ts';
import type { FrameEnsemble } from './frame-ensemble.ts';
import { checkFrames, checkSameShape } from './frames.ts';
import type { FloatFrames, Frames } from './frames.ts';

/**
 * Keeps every sample as it comes (bytes take a quarter of floats), since what depends on the order of values needs them
 * all, and makes of the N values of each place one.
 *
 * @param combine the values in rising order → one
 */
export function createOrderedSamples(combine: (sorted: Float32Array) => number): FrameEnsemble {
  const kept: (Frames | FloatFrames)[] = [];
  return {
    get samples() {
      return kept.length;
    },
    add(sample) {
      checkFrames(sample);
      const [first] = kept;
      if (first !== undefined) checkSameShape(sample, first, `sample ${kept.length} against the first`);
      kept.push({ ...sample, data: sample.data.slice() } as typeof sample); // of a view only what it shows
    },
    result() {
      const [first] = kept;
      if (first === undefined) throw new EnsembleError('empty', 'no sample was added: nothing to combine.');
      const { count, height, width } = first;
      const values = new Float32Array(kept.length);
      const data = new Float32Array(first.data.length);
      for (let i = 0; i < data.length; i++) {
        kept.forEach((sample, n) => (values[n] = sample.data[i] ?? NaN));
        values.sort(); // NaN comes last
        if (Number.isNaN(values.at(-1))) {
          throw new EnsembleError(
            'not-finite',
            `value ${i} of ${first.data.length} is NaN in one of ${kept.length} samples: it has no place in their order.`,
          );
        }
        data[i] = combine(values);
      }
      return { data, count, height, width };
    },
  };
}
