import { multiHeadAttention, tf } from '@borealis/tensor';
import { affine } from '../affine.ts';
import type { BlockOptions } from '../block.ts';
import type { AttentionParameters } from '../self-attention.ts';
import { splitHeads } from '../self-attention.ts';

/** What a layer's attention needs of grids when later ones look back at them, `[b t s c]` each. */
export type KeysAndValues = { readonly keys: tf.Tensor; readonly values: tf.Tensor };

export interface LookBackOptions extends BlockOptions {
  /** Of all grids before, or none where `x` begins with the first. */
  readonly past: readonly KeysAndValues[];
  /** Whom a place sees of earlier grids: itself, or all places. */
  readonly sees: 'itself' | 'all';
}

/**
 * The attention that reaches earlier grids, when keys and values of these are there already: one grid that comes after
 * them, or the first ones in a row.
 *
 * @param x `[b t s c]`, t = 1 where there is a past
 * @returns the attention's output, like x, and what it needs of x's grids later
 */
export function lookBack(
  x: tf.Tensor,
  p: AttentionParameters,
  { past, sees, ...options }: LookBackOptions,
): { readonly context: tf.Tensor; readonly kept: KeysAndValues } {
  const [b, , s, c] = x.shape as [number, number, number, number];
  const { q, k, v } = splitHeads(affine(x, p.qkv), p.norm, options.heads);
  const isFirst = past.length === 0;
  const keys = isFirst ? k : tf.concat([...past.map(({ keys }) => keys), k], 1); // [b past+t s c]
  const values = isFirst ? v : tf.concat([...past.map(({ values }) => values), v], 1);
  const inOneRow = (grids: tf.Tensor) => tf.reshape(grids, [b, -1, c]);
  const context =
    sees === 'itself'
      ? multiHeadAttention(q, keys, values, { ...options, causal: isFirst })
      : tf.reshape(
          multiHeadAttention(inOneRow(q), inOneRow(keys), inOneRow(values), {
            ...options,
            causalBlock: isFirst ? s : 0,
          }),
          x.shape,
        );
  return { context: affine(context, p.proj), kept: { keys: k, values: v } };
}
