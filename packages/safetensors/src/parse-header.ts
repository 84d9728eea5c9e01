import { DTYPES, isDtype } from './dtype.ts';
import { parseStrictJson } from './parse-strict-json.ts';
import type { JsonNode } from './parse-strict-json.ts';
import { SafetensorsError } from './safetensors-error.ts';
import type { SafetensorsErrorCode } from './safetensors-error.ts';
import { tensorByteLength } from './tensor-byte-length.ts';
import type { TensorInfo } from './tensor-data.ts';

/** Bytes before the header: its length, as a little-endian u64. */
export const LENGTH_BYTES = 8;
/** The reference's `MAX_HEADER_SIZE`: so much JSON is read before anything is known to be sound. */
export const MAX_HEADER_BYTES = 100_000_000;
export const METADATA_KEY = '__metadata__';

export interface TensorEntry extends TensorInfo {
  /** First byte, counted from the end of the header. */
  readonly begin: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the data. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/**
 * Checks a header by the rules of the reference parser (safetensors `tensor.rs`, `read_metadata` and `validate`):
 * UTF-8 JSON that begins with `{`, metadata of strings, known dtypes, sizes that are shape × dtype without overflow,
 * and data that begins at 0, has neither hole nor overlap and ends where the file ends.
 *
 * @throws SafetensorsError with file, tensor and byte.
 */
export function parseHeader(options: {
  /** The header without its length. */
  readonly bytes: Uint8Array;
  /** Bytes of the file after the header. */
  readonly dataLength: number;
  readonly file: string;
}): Header {
  const { bytes, dataLength, file } = options;
  const root = parseStrictJson(decode(bytes, file), { file, byte: LENGTH_BYTES, code: 'header-not-json' });
  if (!(root instanceof Map)) throw new SafetensorsError('header-not-json', 'no JSON object', { file });

  const metadata = parseMetadata(root.get(METADATA_KEY), file);
  const entries: [string, TensorEntry & { readonly end: number }][] = [];
  for (const [name, node] of root) {
    if (name !== METADATA_KEY) entries.push([name, parseEntry(name, node, file)]);
  }
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);

  let reached = 0;
  for (const [name, entry] of entries) {
    const refuse = (code: SafetensorsErrorCode, problem: string): never => {
      throw new SafetensorsError(code, `tensor ${JSON.stringify(name)} ${problem}`, { file, tensor: name });
    };
    if (entry.begin !== reached) {
      const flaw = entry.begin > reached ? 'leaves a hole' : 'overlaps another';
      refuse('offset-mismatch', `${flaw}: begins at ${entry.begin} of the data, expected ${reached}`);
    }
    if (entry.end < entry.begin) {
      refuse('offset-mismatch', `ends (${entry.end}) before it begins (${entry.begin})`);
    }
    if (entry.end - entry.begin !== entry.byteLength) {
      const shape = `${entry.dtype} [${entry.shape.join(', ')}]`;
      const found = entry.end - entry.begin;
      refuse('size-mismatch', `is ${shape}, ${entry.byteLength} bytes, but its offsets hold ${found}`);
    }
    reached = entry.end;
  }
  if (reached !== dataLength) {
    throw new SafetensorsError(
      'data-length',
      `the header describes ${reached} bytes of data, the file holds ${dataLength}: ` +
        (reached > dataLength ? 'it is cut short; fetch it again' : 'bytes follow that belong to no tensor'),
      { file },
    );
  }
  return {
    metadata,
    tensors: new Map(
      entries.map(([name, { dtype, shape, byteLength, begin }]) => [
        name,
        { dtype, shape, byteLength, begin },
      ]),
    ),
  };
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes[0] !== 0x7b) {
    const found = bytes[0] === undefined ? 'nothing' : `byte 0x${bytes[0].toString(16).padStart(2, '0')}`;
    const problem = `the header must begin with "{", found ${found}: not a safetensors file?`;
    throw new SafetensorsError('header-not-json', problem, { file, byte: LENGTH_BYTES });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SafetensorsError('header-not-utf8', 'the header is not UTF-8', { file, cause });
  }
}

function parseMetadata(node: JsonNode | undefined, file: string): Record<string, string> {
  if (node === undefined) return {};
  if (!(node instanceof Map)) {
    throw new SafetensorsError('invalid-metadata', `${METADATA_KEY} is no JSON object`, { file });
  }
  const texts: [string, string][] = [];
  for (const [key, value] of node) {
    if (typeof value !== 'string') {
      throw new SafetensorsError('invalid-metadata', `${METADATA_KEY}.${key} is no string`, { file });
    }
    texts.push([key, value]);
  }
  return Object.fromEntries(texts);
}

function parseEntry(name: string, node: JsonNode, file: string): TensorEntry & { readonly end: number } {
  const fields = { file, tensor: name };
  const label = `tensor ${JSON.stringify(name)}`;
  if (!(node instanceof Map)) {
    throw new SafetensorsError('invalid-tensor-info', `${label} is described by no JSON object`, fields);
  }
  const dtype = node.get('dtype');
  if (typeof dtype !== 'string') {
    throw new SafetensorsError('invalid-tensor-info', `${label} has no dtype`, fields);
  }
  if (!isDtype(dtype)) {
    const problem = `${label} has the dtype ${JSON.stringify(dtype)}; known are ${DTYPES.join(', ')}`;
    throw new SafetensorsError('unknown-dtype', problem, fields);
  }
  const shape = integers('shape');
  const offsets = integers('data_offsets');
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2) {
    const problem = `${label}: data_offsets must be [begin, end], found ${offsets.length} numbers`;
    throw new SafetensorsError('invalid-tensor-info', problem, fields);
  }
  return { dtype, shape, byteLength: tensorByteLength(dtype, shape, fields), begin, end };

  function integers(field: string): number[] {
    const list = node instanceof Map ? node.get(field) : undefined;
    if (!Array.isArray(list)) {
      throw new SafetensorsError('invalid-tensor-info', `${label}: ${field} is no list`, fields);
    }
    return list.map((item) => {
      const literal =
        typeof item === 'object' && item !== null && 'literal' in item ? item.literal : undefined;
      // serde refuses 1.0, 1e3 and -0 for an unsigned integer, and so does this.
      if (literal === undefined || !/^(0|[1-9][0-9]*)$/.test(literal)) {
        const found = literal ?? 'something else';
        const problem = `${label}: ${field} holds ${found}; whole numbers from 0 up are expected`;
        throw new SafetensorsError('invalid-tensor-info', problem, fields);
      }
      const value = Number(literal);
      if (!Number.isSafeInteger(value)) {
        throw new SafetensorsError('size-overflow', `${label}: ${field} holds ${literal}, over 2^53`, fields);
      }
      return value;
    });
  }
}
