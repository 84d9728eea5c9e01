import { DatasetError } from './dataset-error.ts';
import type { Dataset } from './dataset.ts';
import { permutation } from './permutation.ts';
import type { LoaderPosition, Window, WindowSpec } from './window.ts';

export interface ShuffledWindowsOptions {
  readonly spec: WindowSpec;
  /** A whole number: decides the order, together with the dataset's segments and `blockSegments`. */
  readonly seed: number;
  /** Where to go on: `position` of the last window that was used. From the start unless told. */
  readonly position?: LoaderPosition;
  /** Consecutive segments in a block (16 unless told): what a consumer of the stream must hold to give the same order. */
  readonly blockSegments?: number;
  /** Epochs in all, counted from the very start. Without end unless told. */
  readonly epochs?: number;
}

export const DEFAULT_BLOCK_SEGMENTS = 16;

/**
 * All windows of a kind in seeded random order, epoch after epoch: the blocks of consecutive segments are permuted, then
 * the windows in each block, so that the order is the same whether windows come from disk or from a stream in bounded
 * memory. Each window carries the position behind it. Throws `window-spec`, `position`, and what reading throws.
 */
export async function* shuffledWindows(
  dataset: Dataset,
  options: ShuffledWindowsOptions,
): AsyncGenerator<Window, void, void> {
  const { spec, seed, epochs = Infinity } = options;
  const position = options.position ?? { epoch: 0, block: 0, index: 0 };
  const blockSegments = options.blockSegments ?? DEFAULT_BLOCK_SEGMENTS;
  const windows = dataset.windows(spec);
  checkWhole('seed', seed, Number.MIN_SAFE_INTEGER);
  checkWhole('blockSegments', blockSegments, 1);
  if (epochs !== Infinity) checkWhole('epochs', epochs, 0);
  for (const key of ['epoch', 'block', 'index'] as const) checkWhole(`position.${key}`, position[key], 0);
  if (windows.count === 0) {
    throw new DatasetError(
      'window-spec',
      `${dataset.dir} has no window of ${spec.frames} frames: its longest segment has ${longestSegment(dataset)} frames.`,
    );
  }

  const blockCount = Math.ceil(dataset.segments.length / blockSegments);
  if (position.block > blockCount) throw positionError('block', position.block, blockCount);
  for (let epoch = position.epoch; epoch < epochs; epoch++) {
    const resumed = epoch === position.epoch;
    const blocks = permutation(blockCount, ['blocks', seed, epoch]);
    for (let block = resumed ? position.block : 0; block < blockCount; block++) {
      const firstSegment = (blocks[block] ?? 0) * blockSegments;
      const first = windows.firstOf(firstSegment);
      const count = windows.firstOf(Math.min(firstSegment + blockSegments, dataset.segments.length)) - first;
      const order = permutation(count, ['windows', seed, epoch, blocks[block] ?? 0]);
      const start = resumed && block === position.block ? position.index : 0;
      if (start > count) throw positionError('index', start, count);
      for (let index = start; index < count; index++) {
        const window = await windows.at(first + (order[index] ?? 0));
        yield { ...window, position: { epoch, block, index: index + 1 } };
      }
    }
  }
}

function longestSegment({ segments }: Dataset): number {
  return segments.reduce((longest, { frames }) => Math.max(longest, frames), 0);
}

function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new DatasetError(
      'position',
      `${name} must be a whole number${least > -1 ? ` from ${least}` : ''}; it is ${value}.`,
    );
  }
}

function positionError(key: string, value: number, limit: number): DatasetError {
  return new DatasetError(
    'position',
    `The stored position has ${key} ${value}, but there are ${limit} here. Is this another dataset, or other blockSegments, stride or frames than the run began with?`,
  );
}
