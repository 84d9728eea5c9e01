import { extname } from 'node:path';
import type { Dataset, Frames } from '@borealis/dataset';
import { FRAMES_PER_TRIPLE } from '@borealis/dataset';
import { contactSheet, encodeFilm } from '@borealis/report';
import { CliError } from '../cli-error.ts';
import type { TokenCodec } from '../tokens/token-codec.ts';

/** Frames on a sheet, spread evenly, in rows of so many. */
const SHEET_FRAMES = 24;
const SHEET_COLUMNS = 6;

export interface DecodeSegmentOptions {
  /** Tokenized. */
  readonly dataset: Dataset;
  readonly codec: Pick<TokenCodec, 'decode'>;
  /** Which of the dataset's segments. */
  readonly segment: number;
  /** `.mp4` or `.png`: says what is made. */
  readonly out: string;
  /** At most so many triples of the segment, from its first on. Default: all. */
  readonly triples?: number;
}

export interface DecodedSegment {
  readonly bytes: Uint8Array;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A segment of tokens as a film, or as a sheet of frames spread evenly over it.
 *
 * @throws CliError `invalid-option`; DatasetError; what decoding throws
 */
export async function decodeSegment(options: DecodeSegmentOptions): Promise<DecodedSegment> {
  const { dataset, codec, out, triples = Infinity } = options;
  const form = extname(out).toLowerCase();
  if (form !== '.mp4' && form !== '.png')
    throw new CliError('invalid-option', `${out}: pictures are written as .mp4 or .png`);
  if (dataset.form !== 'tokenized')
    throw new CliError(
      'invalid-option',
      `${dataset.dir} holds pictures, not tokens: there is nothing to decode`,
    );
  const segment = dataset.segments[options.segment];
  if (segment === undefined)
    throw new CliError(
      'invalid-option',
      `${dataset.dir} has segments 0 to ${dataset.segments.length - 1}; ${options.segment} was asked for`,
    );
  const first = Math.ceil(segment.start / FRAMES_PER_TRIPLE);
  const whole = Math.floor((segment.start + segment.frames) / FRAMES_PER_TRIPLE) - first;
  const count = Math.min(whole, triples);
  if (count < 1)
    throw new CliError(
      'invalid-option',
      `segment ${options.segment} of ${dataset.dir} holds no whole triple`,
    );
  const frames = await codec.decode(await dataset.readTokens(segment.shard, first, count));
  const bytes =
    form === '.mp4' ? (await encodeFilm(frames, { fps: dataset.hz })).mp4 : (await sheetOf(frames)).png;
  return { bytes, frames: frames.count, height: frames.height, width: frames.width };
}

function sheetOf(frames: Frames) {
  const count = Math.min(SHEET_FRAMES, frames.count);
  const chosen = Array.from({ length: count }, (_, i) =>
    Math.round((i * (frames.count - 1)) / Math.max(1, count - 1)),
  );
  const rows = [];
  for (let from = 0; from < count; from += SHEET_COLUMNS) {
    const numbers = chosen.slice(from, from + SHEET_COLUMNS);
    rows.push({ label: `frame ${(numbers[0] ?? 0) + 1}…`, frames: pick(frames, numbers) });
  }
  return contactSheet({ rows });
}

function pick(frames: Frames, numbers: readonly number[]): Frames {
  const size = frames.height * frames.width * 3;
  const data = new Uint8Array(numbers.length * size);
  numbers.forEach((number, i) => {
    data.set(frames.data.subarray(number * size, (number + 1) * size), i * size);
  });
  return { ...frames, data, count: numbers.length };
}
