import type { TensorTree } from '../tree/tensor-tree.ts';
import { recompute } from './recompute.ts';

/**
 * A network's layer, recomputed where `recomputed` says so: all layers, none, or so many of the first, whose values the
 * backward pass would have to keep longest.
 */
export function recomputeLayer<Args extends readonly TensorTree[], Result extends TensorTree>(
  fn: (...args: Args) => Result,
  index: number,
  recomputed: boolean | number,
): (...args: Args) => Result {
  const wanted = typeof recomputed === 'number' ? index < recomputed : recomputed;
  return wanted ? recompute(fn) : fn;
}
