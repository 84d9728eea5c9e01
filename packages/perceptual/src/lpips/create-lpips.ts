import { setImmediate as turn } from 'node:timers/promises';
import type { CompileOptions, tf } from '@borealis/tensor';
import { compile } from '@borealis/tensor';
import { PerceptualError } from '../perceptual-error.ts';
import type { Pictures } from '../pictures.ts';
import { asTensor, checkPictures } from '../pictures.ts';
import { lpips } from './lpips.ts';
import type { LpipsWeights } from './lpips-weights.ts';

/** Compares pictures with one set of weights; holds compiled functions, so dispose it. */
export interface Lpips {
  /**
   * Distance of each picture to the one in the same place, in memory that doesn't grow with their number.
   *
   * @param a, b `[n h w 3]`, 8 bits
   * @returns `[n]`
   * @throws PerceptualError `pictures`
   */
  distances(a: Pictures, b: Pictures): Promise<Float32Array>;
  /** The weights are the caller's. */
  dispose(): void;
}

export function createLpips(weights: LpipsWeights, options: Pick<CompileOptions, 'precision'> = {}): Lpips {
  const compare = compile((w: LpipsWeights, a: tf.Tensor, b: tf.Tensor) => lpips(w, a, b), {
    name: 'lpips',
    ...options,
  });
  return {
    async distances(a, b) {
      checkPictures(a);
      checkPictures(b);
      if (a.count !== b.count || a.height !== b.height || a.width !== b.width) {
        throw new PerceptualError(
          'pictures',
          `${a.count} pictures of ${a.height}×${a.width} against ${b.count} of ${b.height}×${b.width}; expected the same.`,
        );
      }
      const result = new Float32Array(a.count);
      for (let i = 0; i < a.count; i++) {
        const pair = [asTensor(a, i, i + 1), asTensor(b, i, i + 1)] as const;
        const distance = compare(weights, ...pair);
        result.set(distance.dataSync(), i);
        for (const tensor of [...pair, distance]) tensor.dispose();
        await turn(); // heartbeats between pictures
      }
      return result;
    },
    dispose: () => {
      compare.dispose();
    },
  };
}
