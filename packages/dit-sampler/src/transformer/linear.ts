import type { tf } from '@borealis/tensor';
import type { LinearLayer } from '@borealis/training';

/** The linear map of a layer, with its adapter where it has one. */
export type Linear = (x: tf.Tensor, layer: LinearLayer) => tf.Tensor;

/** The linear maps of a part of the model: a block by its number from 0 on, or what stands around the blocks. */
export type LinearOf = (part: number) => Linear;

/** Parts that are not blocks. */
export const TEXT_PART = -1;
export const TIME_PART = -2;
export const TIME_PROJECTION_PART = -3;
export const HEAD_PART = -4;
