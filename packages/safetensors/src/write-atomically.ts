import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.ts';

/** Where `writeAtomically` lets its caller write: bytes go one after another. */
export interface AtomicFile {
  write(bytes: Uint8Array | string): Promise<void>;
}

export interface WriteAtomicallyOptions {
  /** Sees all bytes in order, each after it is written: to hash or count them. */
  readonly onBytes?: ((bytes: Uint8Array) => void) | undefined;
  /** Opens the temporary file; default `open` of `node:fs/promises`. Tests pass one that fails. */
  readonly openFile?: ((path: string, flags: 'wx') => Promise<FileHandle>) | undefined;
}

/** Node passes the length of one write to the system as a signed 32-bit number. */
const MAX_WRITE_BYTES = 1 << 30;

/** A file that is written and durable under its temporary name. */
export interface StagedFile {
  readonly path: string;
  /** Gives it its name: from here on it is there. The folder is not yet synced. */
  publish(): Promise<void>;
  /** Removes it where it was not published; never fails. */
  discard(): Promise<void>;
}

/**
 * Writes a file so that `path` at any moment holds what it held before or the whole of the new content: to a temporary
 * file in the same folder (`<path>.tmp-<random>`), fsync, rename, fsync of the folder. Where `write` or the system
 * fails, the temporary file is removed and the error passed on. Only a killed process leaves one behind.
 *
 * @throws what `write` throws; the system's errors (`ENOSPC`, …)
 */
export async function writeAtomically(
  path: string,
  write: (file: AtomicFile) => Promise<void>,
  options: WriteAtomicallyOptions = {},
): Promise<void> {
  const staged = await stageFile(path, write, options);
  try {
    await staged.publish();
  } catch (error) {
    await staged.discard();
    throw error;
  }
  await syncDirectory(dirname(path));
}

/**
 * The first half of `writeAtomically`, for files that must appear together. Where it fails, nothing is left.
 *
 * @throws what `write` throws; the system's errors
 */
export async function stageFile(
  path: string,
  write: (file: AtomicFile) => Promise<void>,
  options: WriteAtomicallyOptions = {},
): Promise<StagedFile> {
  const openFile = options.openFile ?? open;
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  // The first error is the one to tell of, even if the removal fails too.
  const discard = () => rm(temporary, { force: true }).catch(() => undefined);
  const handle = await openFile(temporary, 'wx');
  try {
    try {
      await write({
        async write(content) {
          const bytes = typeof content === 'string' ? Buffer.from(content) : content;
          await writeFully(handle, bytes);
          options.onBytes?.(bytes);
        },
      });
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return { path, publish: () => rename(temporary, path), discard };
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await handle.write(
      bytes,
      done,
      Math.min(MAX_WRITE_BYTES, bytes.byteLength - done),
    );
    done += bytesWritten;
  }
}
