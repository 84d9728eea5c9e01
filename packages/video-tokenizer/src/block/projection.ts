import { tf } from '@borealis/tensor';
import { BLOCK_NUMBERS } from './block-geometry.ts';
import { matrix, project, take } from './linear-maps.ts';

/** A mean block and the directions that blocks are measured along. */
export interface LinearBasis {
  /** `[192]` */
  readonly mean: Float32Array;
  /** `[192 k]` */
  readonly basis: Float32Array;
}

/** A basis held by the backend. */
export interface Projection {
  /** Coefficients of block rows: `[n 192] → [n k]`. */
  coefficients(rows: Float32Array): Promise<Float32Array>;
  dispose(): void;
}

/** Uploads a basis; dispose what is returned. */
export function openProjection({ mean, basis }: LinearBasis): Projection {
  const meanTensor = tf.tensor1d(mean, 'float32');
  const basisTensor = matrix(basis, basis.length / BLOCK_NUMBERS);
  return {
    async coefficients(rows) {
      const input = matrix(rows, BLOCK_NUMBERS);
      try {
        return await take(project(input, meanTensor, basisTensor));
      } finally {
        tf.dispose(input);
      }
    },
    dispose: () => tf.dispose([meanTensor, basisTensor]),
  };
}
