import type { Dtype } from './dtype.ts';

/** What the header says about one tensor. */
export interface TensorInfo {
  readonly dtype: Dtype;
  /** Empty for a scalar; a dimension may be 0. */
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** A tensor in memory. */
export interface TensorData {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Raw elements, row-major, little-endian. */
  readonly data: Uint8Array;
}

export interface NamedTensorData extends TensorData {
  readonly name: string;
}
