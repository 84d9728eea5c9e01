import { encodeHeader, inFileOrder } from './encode-header.ts';
import type { DeclaredTensor } from './encode-header.ts';
import { SafetensorsError } from './safetensors-error.ts';
import { tensorByteLength } from './tensor-byte-length.ts';
import { writeAtomically } from './write-atomically.ts';
import type { AtomicFile, WriteAtomicallyOptions } from './write-atomically.ts';

/** A tensor's bytes, whole or in chunks of any size. */
export type TensorChunks = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A tensor that is about to be written. */
export interface TensorSource extends DeclaredTensor {
  /** The bytes, or a function that fetches them when it is this tensor's turn. */
  readonly data: TensorChunks | (() => TensorChunks | Promise<TensorChunks>);
}

export interface WriteSafetensorsOptions extends WriteAtomicallyOptions {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Writes a safetensors file whose data need not be in memory: the header from the declared dtypes and shapes, then
 * each tensor in turn, in the reference's order (wide dtypes first, then by name), which is the order in which
 * functions among the sources are called. Atomic, see `writeAtomically`.
 *
 * @throws SafetensorsError for what the format can't hold, `wrong-data-size` where a source gives more or fewer bytes
 * than declared; what a source throws; the system's errors
 */
export async function streamSafetensors(
  path: string,
  sources: Iterable<TensorSource>,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  await writeAtomically(path, contentWriter(path, sources, options.metadata ?? {}), options);
}

/**
 * Checks what is to be written, and gives the function that writes it.
 *
 * @throws SafetensorsError for what the format can't hold
 */
export function contentWriter(
  path: string,
  sources: Iterable<TensorSource>,
  metadata: Readonly<Record<string, string>>,
): (file: AtomicFile) => Promise<void> {
  const ordered = inFileOrder(sources);
  const header = encodeHeader(ordered, metadata, path);
  return async (file) => {
    await file.write(header);
    for (const source of ordered) await writeTensor(file, source, path);
  };
}

async function writeTensor(file: AtomicFile, source: TensorSource, path: string): Promise<void> {
  const expected = tensorByteLength(source.dtype, source.shape);
  const data = typeof source.data === 'function' ? await source.data() : source.data;
  let written = 0;
  for await (const chunk of data instanceof Uint8Array ? [data] : data) {
    written += chunk.byteLength;
    if (written > expected) break;
    await file.write(chunk);
  }
  if (written !== expected) {
    const found = written > expected ? 'more' : `${written}`;
    const problem =
      `tensor ${JSON.stringify(source.name)}, ${source.dtype} [${source.shape.join(', ')}], ` +
      `takes ${expected} bytes, its source gave ${found}`;
    throw new SafetensorsError('wrong-data-size', problem, { file: path, tensor: source.name });
  }
}
