import { dtypeBits } from './dtype.ts';
import type { Dtype } from './dtype.ts';
import { SafetensorsError } from './safetensors-error.ts';

const U64_LIMIT = 1n << 64n;

/**
 * Bytes that a tensor of this dtype and shape takes, checked as the reference checks it: the product of the
 * dimensions, from left to right, and the number of bits must each stay below 2^64, and the bits fill whole bytes.
 *
 * @throws SafetensorsError `size-overflow`, or `size-mismatch` where a packed dtype ends inside a byte.
 */
export function tensorByteLength(
  dtype: Dtype,
  shape: readonly number[],
  where: { readonly file?: string | undefined; readonly tensor?: string | undefined } = {},
): number {
  let elements = 1n;
  for (const dimension of shape) elements = bounded(elements * BigInt(dimension));
  const bits = bounded(elements * BigInt(dtypeBits(dtype)));
  if (bits % 8n !== 0n) {
    throw new SafetensorsError(
      'size-mismatch',
      `${label()} takes ${bits} bits, which is no whole number of bytes`,
      where,
    );
  }
  const bytes = Number(bits / 8n);
  if (!Number.isSafeInteger(bytes)) throw overflow();
  return bytes;

  function bounded(value: bigint): bigint {
    if (value >= U64_LIMIT) throw overflow();
    return value;
  }
  function overflow(): SafetensorsError {
    return new SafetensorsError('size-overflow', `the byte size of ${label()} overflows`, where);
  }
  function label(): string {
    const name = where.tensor === undefined ? 'a tensor' : `tensor ${JSON.stringify(where.tensor)}`;
    return `${name} (${dtype} [${shape.join(', ')}])`;
  }
}
