import { setImmediate as turn } from 'node:timers/promises';
import type { CompileOptions, tf } from '@borealis/tensor';
import { compile } from '@borealis/tensor';
import type { FeatureRows } from '../frechet/feature-moments.ts';
import type { Pictures } from '../pictures.ts';
import { asTensor, checkPictures } from '../pictures.ts';
import { inceptionFeatures } from './inception-features.ts';
import type { InceptionWeights } from './inception-weights.ts';

/** Features of pictures with one set of weights; holds compiled functions, so dispose it. */
export interface Inception {
  /**
   * @param pictures `[n h w 3]`, 8 bits
   * @returns `[n 2048]`
   * @throws PerceptualError `pictures`
   */
  features(pictures: Pictures): Promise<FeatureRows>;
  /** The weights are the caller's. */
  dispose(): void;
}

export interface InceptionOptions extends Pick<CompileOptions, 'precision'> {
  /** Pictures computed together (8): memory grows with it. */
  readonly together?: number;
}

export function createInception(
  weights: InceptionWeights,
  { together = 8, ...options }: InceptionOptions = {},
): Inception {
  const see = compile((w: InceptionWeights, pictures: tf.Tensor) => inceptionFeatures(w, pictures), {
    name: 'inception',
    ...options,
  });
  return {
    async features(pictures) {
      checkPictures(pictures);
      const { count } = pictures;
      const parts: Float32Array[] = [];
      for (let i = 0; i < count; i += together) {
        const some = asTensor(pictures, i, Math.min(i + together, count));
        const features = see(weights, some);
        parts.push(features.dataSync<'float32'>());
        some.dispose();
        features.dispose();
        await turn(); // heartbeats between batches
      }
      const width = parts.reduce((sum, part) => sum + part.length, 0) / count;
      const values = new Float32Array(count * width);
      parts.reduce((at, part) => {
        values.set(part, at);
        return at + part.length;
      }, 0);
      return { values, width };
    },
    dispose: () => {
      see.dispose();
    },
  };
}
