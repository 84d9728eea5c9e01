import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../../native/fused-ops.ts';
import { float, float32, int } from '../../native/fused-ops.ts';
import { withGradient } from '../with-gradient.ts';
import type { AttentionOptions } from './attention-options.ts';

export interface FusedAttentionOptions extends Pick<AttentionOptions, 'scale' | 'mask'> {
  /** Of `causalBlockOf`. */
  readonly block: number;
}

/**
 * Attention in blocks (Dao et al. 2022, FlashAttention), its memory linear in the number of tokens, forward and
 * backward: the backward pass keeps the output and one number per query, and makes scores again. Heads are read where
 * they lie, so that nothing is transposed.
 *
 * @param tokens queries `[n l m h d]`, keys and values `[n s m h d]`: attention runs along the second axis. Or one
 *   packed tensor `[n l m 3·h d]`: queries, keys, values.
 * @returns `[n l m h d]`
 */
export function fusedAttention(
  run: RunFused,
  tokens: readonly tf.Tensor[],
  options: FusedAttentionOptions,
): tf.Tensor {
  const depth = tokens[0]?.shape.at(-1) ?? 1;
  const attributes = {
    N: int(tokens.length),
    T: float32,
    scale: float(options.scale ?? 1 / Math.sqrt(depth)),
    causal_block: int(options.block),
  };
  const mask = options.mask === undefined ? tf.zeros([0], 'bool') : tf.cast(options.mask, 'bool');
  return withGradient(
    tokens,
    (...tokens) => {
      const [value, logSums] = run('BorealisAttention', [...tokens, mask], attributes, 2) as [
        tf.Tensor,
        tf.Tensor,
      ];
      const saved = Object.fromEntries(tokens.map((tensor, i) => [`tokens${i}`, tensor]));
      return { value, saved: { ...saved, mask, value, logSums } };
    },
    (dy, { mask, value, logSums, ...saved }) => {
      const inputs = [...Object.values(saved), mask, value, logSums, dy] as tf.Tensor[];
      return run('BorealisAttentionGradient', inputs, attributes, tokens.length);
    },
  );
}
