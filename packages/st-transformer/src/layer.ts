import type { tf } from '@borealis/tensor';
import type { BlockOptions, BlockParameters } from './block.ts';
import { block } from './block.ts';
import type { FullBlockParameters } from './full-block.ts';
import { fullBlock } from './full-block.ts';

/** Of a layer in either form of attention. */
export type LayerParameters = BlockParameters | FullBlockParameters;

/** `[b t s c]`, through a layer of the form that the parameters are of. */
export function layer(x: tf.Tensor, p: LayerParameters, options: BlockOptions): tf.Tensor {
  return 'attn' in p ? fullBlock(x, p, options) : block(x, p, options);
}
