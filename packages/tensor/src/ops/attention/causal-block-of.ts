import { TensorError } from '../../errors.ts';
import type { AttentionOptions } from './attention-options.ts';

/**
 * Tokens in a block that sees itself and the blocks before; 0 where every query sees all keys.
 *
 * @throws TensorError `INVALID_ARGUMENT` where a block holds no whole number of tokens, or queries and keys differ in count
 */
export function causalBlockOf(
  { causal, causalBlock }: AttentionOptions,
  queries: number,
  keys: number,
): number {
  const block = causalBlock ?? (causal === true ? 1 : 0);
  if (!Number.isSafeInteger(block) || block < 0) {
    throw new TensorError(
      'INVALID_ARGUMENT',
      `causal attention in blocks of ${block}: a block is at least one token`,
    );
  }
  if (block > 0 && queries !== keys) {
    throw new TensorError(
      'INVALID_ARGUMENT',
      `causal attention of ${queries} queries and ${keys} keys: counts must be equal`,
    );
  }
  return block;
}
