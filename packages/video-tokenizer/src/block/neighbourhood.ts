import type { GridKind, GridSize } from './block-geometry.ts';

/** Numbers that the decoder of a grid kind looks at: 3×3 blocks, the block before in time but for kind 0, and 1. */
export function featureCount(kind: GridKind, coefficients: number): number {
  return (kind === 0 ? 9 : 10) * coefficients + 1;
}

/** Coefficients of a grid and of the one before it. */
export interface CoefficientGrids {
  readonly kind: GridKind;
  readonly grid: GridSize;
  /** `[(gh gw) k]` */
  readonly own: Float32Array;
  /** `[(gh gw) k]`, unless kind is 0. */
  readonly previous: Float32Array | undefined;
}

/**
 * What the decoder sees of each block: the coefficients of its 3×3 neighbours (the border repeats itself), those of
 * the same block in the previous grid, and a constant 1.
 *
 * @returns `[(gh gw) f]`, f = `featureCount(kind, k)`
 */
export function neighbourhoods({ kind, grid, own, previous }: CoefficientGrids): Float32Array {
  const { height, width } = grid;
  const k = own.length / (height * width);
  const features = new Float32Array(height * width * featureCount(kind, k));
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let dy = -1; dy <= 1; dy++) {
        const row = Math.min(height - 1, Math.max(0, y + dy)) * width;
        for (let dx = -1; dx <= 1; dx++, to += k) {
          const place = row + Math.min(width - 1, Math.max(0, x + dx));
          features.set(own.subarray(place * k, (place + 1) * k), to);
        }
      }
      if (previous !== undefined) {
        const place = y * width + x;
        features.set(previous.subarray(place * k, (place + 1) * k), to);
        to += k;
      }
      features[to++] = 1;
    }
  }
  return features;
}
