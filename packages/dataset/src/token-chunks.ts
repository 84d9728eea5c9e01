import { openPositionedFile } from './positioned-file.ts';
import type { Shard } from './survey-shard.ts';

/** Bytes read at a time, about. */
const CHUNK_BYTES = 2 ** 21;

/** All codes of a tokenized shard in pieces of whole triples, unchecked. `byte` is where a piece begins in the file. */
export async function* tokenChunks(
  shard: Shard,
  codesPerTriple: number,
): AsyncGenerator<{ byte: number; codes: Int32Array }, void, void> {
  const tripleBytes = codesPerTriple * 4;
  const step = Math.max(1, Math.floor(CHUNK_BYTES / tripleBytes)) * tripleBytes;
  const file = await openPositionedFile(shard.files.video);
  try {
    for (let byte = 0; byte < file.byteLength; byte += step) {
      const bytes = await file.read(byte, Math.min(step, file.byteLength - byte));
      yield { byte, codes: new Int32Array(bytes.buffer) };
    }
  } finally {
    await file.close();
  }
}
