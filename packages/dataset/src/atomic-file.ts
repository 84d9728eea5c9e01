import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file that is seen only once it is whole. */
export interface AtomicFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Brings everything to disk and gives the file its name. */
  commit(): Promise<void>;
  /** Removes what was written; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Begins a file under a temporary name in the folder of `path`, which is made where it is missing. */
export async function createAtomicFile(path: string): Promise<AtomicFile> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  const handle = await open(temporary, 'wx');
  let pending = true;
  return {
    async write(bytes) {
      let done = 0;
      while (done < bytes.byteLength) {
        done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
      }
    },
    async commit() {
      await handle.sync();
      await handle.close();
      await rename(temporary, path);
      pending = false;
      const directory = await open(folder, 'r');
      await directory.sync().finally(() => directory.close());
    },
    async discard() {
      if (!pending) return;
      pending = false;
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
}

/** Writes a whole file at once, atomically. */
export async function writeAtomicFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await createAtomicFile(path);
  try {
    await file.write(bytes);
    await file.commit();
  } finally {
    await file.discard();
  }
}
