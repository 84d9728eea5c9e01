import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { EngineError } from './engine-error.ts';
import type { FileRecord } from './library-manifest.ts';

export interface UnpackOptions {
  readonly wheel: string;
  readonly into: string;
  /** Regular expressions; an entry that matches one of them is unpacked. */
  readonly contents: readonly string[];
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Unpacks part of a wheel (a zip archive). yauzl refuses names that lead out of the folder and entries whose
 * size differs from the directory's; each file is on the disk (fsync) when this returns.
 */
export async function unpackWheel({ wheel, into, contents, onBytes }: UnpackOptions): Promise<FileRecord[]> {
  const patterns = contents.map((pattern) => new RegExp(pattern));
  const records: FileRecord[] = [];
  let done = 0;
  try {
    const archive = await openPromise(wheel);
    for await (const entry of archive.eachEntry()) {
      const path = entry.fileName;
      if (path.endsWith('/') || !patterns.some((pattern) => pattern.test(path))) continue;
      const target = join(into, path);
      await mkdir(dirname(target), { recursive: true });
      const hash = createHash('sha256');
      const measure = new Transform({
        transform(chunk: Buffer, _encoding, callback) {
          hash.update(chunk);
          done += chunk.length;
          onBytes?.(done);
          callback(null, chunk);
        },
      });
      await pipeline(
        await archive.openReadStreamPromise(entry),
        measure,
        createWriteStream(target, { flags: 'wx', flush: true, mode: path.includes('/bin/') ? 0o755 : 0o644 }),
      );
      records.push({ path, bytes: entry.uncompressedSize, sha256: hash.digest('hex') });
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('WHEEL_CONTENT', `${basename(wheel)} could not be unpacked into ${into}: ${why}`, {
      cause,
    });
  }
  return records;
}
