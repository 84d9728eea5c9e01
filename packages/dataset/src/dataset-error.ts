/** What can go wrong with a dataset, as a closed list. */
export const DATASET_ERROR_CODES = [
  'missing-file', // a file or folder that must be there isn't
  'metadata', // a metadata file that isn't JSON, or lacks what must be in it
  'file-size', // a binary file whose size doesn't fit the number of frames, or that ends early
  'segments', // segment indices that go back
  'state-values', // states that are not finite
  'token-range', // token codes outside [0, 64000)
  'video', // a video that can't be read or decoded, or has another number of frames than there are states
  'worker-thread', // a video opened in a worker thread: decoding is for main threads
  'content', // frames asked of tokenized data, or tokens of raw data
  'range', // a shard, frame or window number that isn't there
  'window-spec', // a window length or stride that can't be
  'position', // a loader position or seed that can't be
  'input', // what was handed to a writer doesn't fit together
  'exists', // a writer's target that already holds a dataset
  'closed', // use after close()
  'io', // the file system refused
] as const;

export type DatasetErrorCode = (typeof DATASET_ERROR_CODES)[number];

/** Where it went wrong, as far as known. */
export interface DatasetErrorPlace {
  readonly file?: string | undefined;
  /** Offset in `file`. */
  readonly byte?: number | undefined;
  readonly shard?: number | undefined;
  /** Frame counted in the shard. */
  readonly frame?: number | undefined;
}

/** The one error class of this package: says what was found, where, what was expected and what to do. */
export class DatasetError extends Error implements DatasetErrorPlace {
  readonly code: DatasetErrorCode;
  readonly file: string | undefined;
  readonly byte: number | undefined;
  readonly shard: number | undefined;
  readonly frame: number | undefined;

  constructor(code: DatasetErrorCode, message: string, place: DatasetErrorPlace & { cause?: unknown } = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = 'DatasetError';
    this.code = code;
    this.file = place.file;
    this.byte = place.byte;
    this.shard = place.shard;
    this.frame = place.frame;
  }
}
