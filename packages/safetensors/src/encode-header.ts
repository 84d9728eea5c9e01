import { DTYPES, isDtype } from './dtype.ts';
import type { Dtype } from './dtype.ts';
import { LENGTH_BYTES, MAX_HEADER_BYTES, METADATA_KEY } from './parse-header.ts';
import { SafetensorsError } from './safetensors-error.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

export interface DeclaredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/**
 * The order in which the reference lays tensors out: wide dtypes first, so that each lies aligned, then by name as
 * UTF-8 bytes.
 */
export function inFileOrder<T extends DeclaredTensor>(tensors: Iterable<T>): T[] {
  return [...tensors].sort(
    (a, b) =>
      DTYPES.indexOf(b.dtype) - DTYPES.indexOf(a.dtype) ||
      Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );
}

/**
 * Header of a file that holds these tensors in this order, with its length in front, padded with spaces so that the
 * data begins at a multiple of 8.
 *
 * @throws SafetensorsError `invalid-name`, `duplicate-key`, `unknown-dtype`, `invalid-tensor-info`,
 * `invalid-metadata`, `size-overflow`, `size-mismatch`, `header-length`
 */
export function encodeHeader(
  tensors: readonly DeclaredTensor[],
  metadata: Readonly<Record<string, string>>,
  file: string,
): Uint8Array {
  const root = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) {
    checkMetadata(metadata, file);
    root.set(METADATA_KEY, metadata);
  }
  let begin = 0;
  for (const { name, dtype, shape } of tensors) {
    const fields = { file, tensor: name };
    if (name === METADATA_KEY || !isWellFormed(name)) {
      const problem = `a tensor can't be called ${JSON.stringify(name)}`;
      throw new SafetensorsError('invalid-name', problem, fields);
    }
    if (root.has(name)) {
      throw new SafetensorsError('duplicate-key', `two tensors are called ${JSON.stringify(name)}`, fields);
    }
    if (!isDtype(dtype)) {
      const problem = `tensor ${JSON.stringify(name)} has the dtype ${String(dtype)}; known are ${DTYPES.join(', ')}`;
      throw new SafetensorsError('unknown-dtype', problem, fields);
    }
    if (!shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0)) {
      const problem = `tensor ${JSON.stringify(name)} has the shape [${shape.join(', ')}]; whole numbers from 0 up are expected`;
      throw new SafetensorsError('invalid-tensor-info', problem, fields);
    }
    const end = begin + tensorByteLength(dtype, shape, fields);
    if (!Number.isSafeInteger(end)) {
      throw new SafetensorsError('size-overflow', 'the data is larger than 2^53 bytes', fields);
    }
    root.set(name, { dtype, shape, data_offsets: [begin, end] });
    begin = end;
  }
  // Not JSON.stringify of one object: that would move names like "10" to the front and drop "__proto__".
  const members = [...root].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const json = Buffer.from(`{${members.join(',')}}`);
  const length = Math.ceil(json.byteLength / LENGTH_BYTES) * LENGTH_BYTES;
  if (length > MAX_HEADER_BYTES) {
    const problem = `a header of ${length} bytes; readers accept ${MAX_HEADER_BYTES}: use fewer tensors or shorter names`;
    throw new SafetensorsError('header-length', problem, { file });
  }
  const header = Buffer.alloc(LENGTH_BYTES + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, LENGTH_BYTES);
  return header;
}

function checkMetadata(metadata: Readonly<Record<string, string>>, file: string): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string' || !isWellFormed(key) || !isWellFormed(value)) {
      const problem = `metadata ${JSON.stringify(key)} must be text; write other values as JSON text`;
      throw new SafetensorsError('invalid-metadata', problem, { file });
    }
  }
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
