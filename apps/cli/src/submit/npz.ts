import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { CliError } from '../cli-error.ts';
import type { Npy } from './npy.ts';
import { decodeNpy, encodeNpy } from './npy.ts';

/** Arrays by name as numpy.savez stores them: a zip of `<name>.npy`, not compressed. */
export async function encodeNpz(arrays: Readonly<Record<string, Npy>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, array] of Object.entries(arrays)) {
    zip.addBuffer(encodeNpy(array), `${name}.npy`, { compress: false, mtime: EPOCH });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** The first day that zip knows: the same arrays give the same bytes. */
export const EPOCH = new Date(1980, 0, 1, 12);

/** @throws CliError `submission` where it is no npz, or lacks what is asked for, or holds more */
export async function decodeNpz<Name extends string>(
  bytes: Buffer,
  names: readonly Name[],
): Promise<Readonly<Record<Name, Npy>>> {
  const found = new Map<string, Npy>();
  const archive = await fromBufferPromise(bytes).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError('submission', `it is no npz: ${why}`, { cause });
  });
  for await (const entry of archive.eachEntry()) {
    const name = entry.fileName.replace(/\.npy$/, '');
    if (!names.some((known) => known === name)) {
      throw new CliError('submission', `it holds ${entry.fileName}; expected ${names.join(', ')} alone`);
    }
    const content = await buffer(await archive.openReadStreamPromise(entry));
    found.set(name, named(name, content));
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) throw new CliError('submission', `it lacks ${missing.join(', ')}`);
  return Object.fromEntries(found) as Record<Name, Npy>; // all have just been found
}

function named(name: string, content: Buffer): Npy {
  try {
    return decodeNpy(content);
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    throw new CliError('submission', `${name}: ${cause.message}`, { cause });
  }
}
