import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { LENGTH_BYTES, MAX_HEADER_BYTES, parseHeader } from './parse-header.ts';
import type { Header, TensorEntry } from './parse-header.ts';
import { readFully } from './read-fully.ts';
import { SafetensorsError } from './safetensors-error.ts';
import type { NamedTensorData, TensorInfo } from './tensor-data.ts';

/** Where a tensor's bytes lie, for readers that fetch them by themselves. */
export interface TensorLocation {
  /** Path of the file, for messages. */
  readonly file: string;
  /** Descriptor of the open file, valid until it is closed: still the file whose header was checked. */
  readonly fd: number;
  /** First byte, counted from the beginning of the file. */
  readonly position: number;
}

/** An open file, or an open set of shards: the header is in memory, data is read when asked for. */
export interface SafetensorsFile {
  /** In the order of the data. */
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  has(name: string): boolean;
  /** @throws SafetensorsError `unknown-tensor` */
  info(name: string): TensorInfo;
  /** Reads one tensor whole, into memory of its own. @throws SafetensorsError `unknown-tensor`, `truncated`, `closed` */
  read(name: string): Promise<NamedTensorData>;
  /**
   * Fills `target` with the tensor's bytes from `offset` (in bytes, default 0) on: for tensors that are too big to
   * hold, and for rows.
   *
   * @throws SafetensorsError `out-of-range` where the tensor ends before `target` is full; as `read`
   */
  readInto(name: string, target: Uint8Array, offset?: number): Promise<void>;
  /** Where the tensor's `info(name).byteLength` bytes lie. @throws SafetensorsError `unknown-tensor`, `closed` */
  locate(name: string): TensorLocation;
  /**
   * Call after reading: what was read while somebody wrote into the file is of no use.
   *
   * @throws SafetensorsError `changed` where the file's size or time of change is not what it was when it was opened
   */
  checkUnchanged(): Promise<void>;
  /** Closes the file; may be called twice. */
  close(): Promise<void>;
}

/**
 * Opens a safetensors file and checks its header by every rule of the reference parser. Nothing but the header is
 * read; no more memory is taken than the file is long.
 *
 * @throws SafetensorsError for a file that breaks a rule; the system's error where it can't be read
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat({ bigint: true });
    const { header, dataStart } = await readHeader(handle, path, Number(stats.size));
    return new OpenFile({ handle, path, header, dataStart, stats });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHeader(
  handle: FileHandle,
  file: string,
  size: number,
): Promise<{ header: Header; dataStart: number }> {
  if (size < LENGTH_BYTES) {
    const problem = `${size} bytes; a safetensors file has at least ${LENGTH_BYTES}`;
    throw new SafetensorsError('file-too-short', problem, { file });
  }
  const prefix = new DataView(new ArrayBuffer(LENGTH_BYTES));
  await readFully(handle, new Uint8Array(prefix.buffer), { position: 0, file });
  const length = prefix.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const problem = `a header of ${length} bytes, over ${MAX_HEADER_BYTES}: not a safetensors file?`;
    throw new SafetensorsError('header-length', problem, { file, byte: 0 });
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > size) {
    const problem = `a header of ${length} bytes in a file of ${size}: it is cut short; fetch it again`;
    throw new SafetensorsError('header-length', problem, { file, byte: 0 });
  }
  const bytes = new Uint8Array(Number(length));
  await readFully(handle, bytes, { position: LENGTH_BYTES, file });
  return { header: parseHeader({ bytes, dataLength: size - dataStart, file }), dataStart };
}

interface Opened {
  readonly handle: FileHandle;
  readonly path: string;
  readonly header: Header;
  readonly dataStart: number;
  /** As they were before the header was read. */
  readonly stats: BigIntStats;
}

class OpenFile implements SafetensorsFile {
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #entries: ReadonlyMap<string, TensorEntry>;
  readonly #dataStart: number;
  readonly #stats: BigIntStats;
  #closed = false;

  constructor({ handle, path, header, dataStart, stats }: Opened) {
    this.names = [...header.tensors.keys()];
    this.metadata = header.metadata;
    this.#handle = handle;
    this.#path = path;
    this.#entries = header.tensors;
    this.#dataStart = dataStart;
    this.#stats = stats;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  info(name: string): TensorInfo {
    const { dtype, shape, byteLength } = this.#entry(name);
    return { dtype, shape, byteLength };
  }

  async read(name: string): Promise<NamedTensorData> {
    const { dtype, shape, byteLength } = this.#entry(name);
    const data = new Uint8Array(byteLength);
    await this.readInto(name, data);
    return { name, dtype, shape, data };
  }

  async readInto(name: string, target: Uint8Array, offset = 0): Promise<void> {
    const { byteLength } = this.#entry(name);
    const { file, position } = this.locate(name);
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + target.byteLength > byteLength) {
      throw new SafetensorsError(
        'out-of-range',
        `${target.byteLength} bytes from byte ${offset} on were asked of tensor ${JSON.stringify(name)}, which has ${byteLength}`,
        { file, tensor: name },
      );
    }
    await readFully(this.#handle, target, { position: position + offset, file });
  }

  locate(name: string): TensorLocation {
    const { begin } = this.#entry(name);
    const file = this.#path;
    if (this.#closed) throw new SafetensorsError('closed', 'the file is closed', { file, tensor: name });
    return { file, fd: this.#handle.fd, position: this.#dataStart + begin };
  }

  async checkUnchanged(): Promise<void> {
    const file = this.#path;
    if (this.#closed) throw new SafetensorsError('closed', 'the file is closed', { file });
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    if (size === this.#stats.size && mtimeNs === this.#stats.mtimeNs) return;
    const problem = 'the file was written to while it was being read: load it again when its writer is done';
    throw new SafetensorsError('changed', problem, { file });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }

  #entry(name: string): TensorEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const problem = `no tensor ${JSON.stringify(name)} among ${this.names.length}`;
      throw new SafetensorsError('unknown-tensor', problem, { file: this.#path, tensor: name });
    }
    return entry;
  }
}
