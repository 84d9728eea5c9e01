import { createAtomicFile } from './atomic-file.ts';
import { DatasetError } from './dataset-error.ts';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE, TOKEN_CODE_COUNT } from './facts.ts';
import { findBadCode } from './value-checks.ts';
import type { TokenGrids } from './window.ts';
import { writeShards } from './write-shards.ts';
import type { SegmentToWrite, WriteDatasetOptions, WriteSummary } from './write-shards.ts';

/** A segment in tokens: 3 grids for each 17 frames, and the states of exactly those frames. */
export interface TokenizedSegment extends SegmentToWrite {
  readonly tokens: TokenGrids;
}

/**
 * Writes tokenized data in the v2.0 format: triples are cut per segment, so each segment begins on a triple of its own.
 * Grids of another size than 32×32 are told in metadata.json as `token_shape`. Throws `input`, `exists` or `io`.
 */
export async function writeTokenizedDataset(
  segments: AsyncIterable<TokenizedSegment> | Iterable<TokenizedSegment>,
  options: WriteDatasetOptions,
): Promise<WriteSummary> {
  let shape: readonly [number, number, number] | undefined;
  return writeShards(segments, options, {
    form: 'tokenized',
    frameCount({ tokens }) {
      shape ??= [GRIDS_PER_TRIPLE, tokens.height, tokens.width];
      checkTokens(tokens, shape);
      return (tokens.count / GRIDS_PER_TRIPLE) * FRAMES_PER_TRIPLE;
    },
    async open(path) {
      const file = await createAtomicFile(path);
      return {
        append: ({ tokens: { data } }) =>
          file.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
        commit: () => file.commit(),
        discard: () => file.discard(),
      };
    },
    metadata: () => ({ token_shape: shape }),
  });
}

function checkTokens(
  { data, count, height, width }: TokenGrids,
  shape: readonly [number, number, number],
): void {
  if (count % GRIDS_PER_TRIPLE !== 0 || data.length !== count * height * width) {
    throw new DatasetError(
      'input',
      `${count} grids of ${height}x${width} in ${data.length} codes are no whole triples.`,
    );
  }
  if (height !== shape[1] || width !== shape[2]) {
    throw new DatasetError('input', `Grids of ${height}x${width} after grids of ${shape[1]}x${shape[2]}.`);
  }
  const bad = findBadCode(data);
  if (bad !== -1) throw new DatasetError('input', `Code ${data[bad]} is outside [0, ${TOKEN_CODE_COUNT}).`);
}
