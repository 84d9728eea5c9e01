import { writeAtomically } from '@borealis/safetensors';

/**
 * Writes a small file whole: to a temporary file beside it, fsync, rename, fsync of the folder. At any moment `path`
 * holds its old content or all of the new one; a failed write leaves nothing.
 *
 * @throws the system's errors (`ENOENT` where the folder is missing, `ENOSPC`, …)
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  await writeAtomically(path, (file) => file.write(data));
}
