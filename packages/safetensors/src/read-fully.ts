import type { FileHandle } from 'node:fs/promises';
import { SafetensorsError } from './safetensors-error.ts';

/** Node passes the length of one read to the system as a signed 32-bit number. */
const MAX_READ_BYTES = 1 << 30;

/**
 * Fills `target` from `position` on, in as many reads as it takes.
 *
 * @throws SafetensorsError `truncated` where the file ends before.
 */
export async function readFully(
  handle: FileHandle,
  target: Uint8Array,
  at: { readonly position: number; readonly file: string },
): Promise<void> {
  let done = 0;
  while (done < target.byteLength) {
    const length = Math.min(MAX_READ_BYTES, target.byteLength - done);
    const { bytesRead } = await handle.read(target, done, length, at.position + done);
    if (bytesRead === 0) {
      throw new SafetensorsError(
        'truncated',
        `the file ends ${target.byteLength - done} bytes early: it was cut while it was open`,
        { file: at.file, byte: at.position + done },
      );
    }
    done += bytesRead;
  }
}
