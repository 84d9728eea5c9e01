import { DatasetError } from './dataset-error.ts';
import type { Dataset } from './dataset.ts';
import { permutation } from './permutation.ts';
import type { WindowIndex } from './window-index.ts';
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
  /** The part of one of several readers of the same order. All of it unless told. */
  readonly share?: WindowShare;
}

/** Of each `of` windows in a row the one at `index`, from 0. Readers that stop together have read whole groups. */
export interface WindowShare {
  readonly index: number;
  readonly of: number;
}

export const DEFAULT_BLOCK_SEGMENTS = 16;

/**
 * All windows of a kind in seeded random order, epoch after epoch: the blocks of consecutive segments are permuted, then
 * the windows in each block, so that the order is the same whether windows come from disk or from a stream in bounded
 * memory. Each window carries the position behind it, or, of a share, behind its group of windows; a last group that isn't
 * full is dropped. Throws `window-spec`, `position`, and what reading throws.
 */
export async function* shuffledWindows(
  dataset: Dataset,
  options: ShuffledWindowsOptions,
): AsyncGenerator<Window, void, void> {
  const { spec, seed, epochs = Infinity, share = { index: 0, of: 1 } } = options;
  const position = options.position ?? { epoch: 0, block: 0, index: 0 };
  const blockSegments = options.blockSegments ?? DEFAULT_BLOCK_SEGMENTS;
  const windows = dataset.windows(spec);
  checkWhole('seed', seed, Number.MIN_SAFE_INTEGER);
  checkWhole('blockSegments', blockSegments, 1);
  checkWhole('share.of', share.of, 1);
  checkWhole('share.index', share.index, 0);
  if (share.index >= share.of) throw shareError(share);
  if (epochs !== Infinity) checkWhole('epochs', epochs, 0);
  for (const key of ['epoch', 'block', 'index'] as const) checkWhole(`position.${key}`, position[key], 0);
  if (windows.count === 0) {
    throw new DatasetError(
      'window-spec',
      `${dataset.dir} has no window of ${spec.frames} frames: its longest segment has ${longestSegment(dataset)} frames.`,
    );
  }

  let group: Place[] = [];
  for (const place of shuffledPlaces(dataset, windows, { seed, epochs, position, blockSegments })) {
    group.push(place);
    const own = group[share.index];
    if (group.length < share.of || own === undefined) continue;
    const window = await windows.at(own.index);
    yield { ...window, position: place.behind };
    group = [];
  }
}

interface Place {
  readonly index: number;
  readonly behind: LoaderPosition;
}

/** Where windows lie, in the order in which they are to be read. */
function* shuffledPlaces(
  { segments }: Dataset,
  windows: WindowIndex,
  options: {
    readonly seed: number;
    readonly epochs: number;
    readonly position: LoaderPosition;
    readonly blockSegments: number;
  },
): Generator<Place, void, void> {
  const { seed, epochs, position, blockSegments } = options;
  const blockCount = Math.ceil(segments.length / blockSegments);
  if (position.block > blockCount) throw positionError('block', position.block, blockCount);
  for (let epoch = position.epoch; epoch < epochs; epoch++) {
    const resumed = epoch === position.epoch;
    const blocks = permutation(blockCount, ['blocks', seed, epoch]);
    for (let block = resumed ? position.block : 0; block < blockCount; block++) {
      const firstSegment = (blocks[block] ?? 0) * blockSegments;
      const first = windows.firstOf(firstSegment);
      const count = windows.firstOf(Math.min(firstSegment + blockSegments, segments.length)) - first;
      const order = permutation(count, ['windows', seed, epoch, blocks[block] ?? 0]);
      const start = resumed && block === position.block ? position.index : 0;
      if (start > count) throw positionError('index', start, count);
      for (let index = start; index < count; index++) {
        yield { index: first + (order[index] ?? 0), behind: { epoch, block, index: index + 1 } };
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

function shareError({ index, of }: WindowShare): DatasetError {
  return new DatasetError('position', `share.index must be below share.of, ${of}; it is ${index}.`);
}
