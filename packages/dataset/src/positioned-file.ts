import { open } from 'node:fs/promises';
import { DatasetError } from './dataset-error.ts';

/** A file that is read by position. */
export interface PositionedFile {
  readonly path: string;
  readonly byteLength: number;
  /** Exactly `length` bytes from `position`, in memory of their own. Throws `file-size` where the file ends before. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens `path` for reading by position. Throws `missing-file` or `io`. */
export async function openPositionedFile(path: string): Promise<PositionedFile> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw fileError(path, cause);
  });
  const { size } = await handle.stat();
  return {
    path,
    byteLength: size,
    async read(position, length) {
      if (position < 0 || length < 0 || position + length > size) {
        throw new DatasetError(
          'file-size',
          `${path} has ${size} bytes; ${length} bytes from byte ${position} were asked for. Was it cut off, or written by something else meanwhile?`,
          { file: path, byte: position },
        );
      }
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) {
          throw new DatasetError(
            'file-size',
            `${path} ended at byte ${position + done}; it had ${size} bytes when opened.`,
            {
              file: path,
              byte: position + done,
            },
          );
        }
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Says in our words why the file system refused `path`. */
export function fileError(path: string, cause: unknown): DatasetError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DatasetError('missing-file', `${path} is missing.`, { file: path, cause });
  }
  return new DatasetError('io', `${path} can't be read: ${code}.`, { file: path, cause });
}
