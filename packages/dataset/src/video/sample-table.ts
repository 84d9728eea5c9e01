import { DatasetError } from '../dataset-error.ts';
import type { PositionedFile } from '../positioned-file.ts';
import { boxHeader, childBoxes, findBox } from './mp4-boxes.ts';

/** The packets of a video track in the order they are stored (decoding order). */
export interface SampleTable {
  readonly width: number;
  readonly height: number;
  /** Presentation time of each packet, in microseconds, up to a constant. */
  readonly times: Float64Array;
  /** Packet numbers that decoding may begin with, ascending. */
  readonly keys: Int32Array;
}

/** A video of 10 hours has a `moov` box of some 20 MB: more than this is no index. */
const MAX_MOOV_BYTES = 256 * 2 ** 20;

/**
 * Reads the sample tables of the first video track: how many frames there are, when each is shown and where
 * decoding may begin, without touching the pictures (the demuxer would have to read every packet to tell).
 * Nothing where the file is fragmented (no tables). Throws `video` where it isn't a whole MP4 file.
 */
export async function readSampleTable(file: PositionedFile): Promise<SampleTable | undefined> {
  try {
    const moov = await readMoov(file);
    for (const track of childBoxes(moov).filter((box) => box.type === 'trak')) {
      const handler = findBox(track.data, 'mdia/hdlr');
      if (handler?.getUint32(8) !== 0x76696465) continue; // 'vide'
      return readTrack(track.data, file.byteLength);
    }
    throw new RangeError('there is no video track');
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError('video', `${file.path} is not a whole MP4 video: ${reason}.`, {
      file: file.path,
      cause,
    });
  }
}

/** Walks over all boxes of the file, so that one that is cut off is noticed, and reads the index. */
async function readMoov(file: PositionedFile): Promise<DataView> {
  let moov: DataView | undefined;
  let position = 0;
  while (position < file.byteLength) {
    const available = file.byteLength - position;
    const bytes = await file.read(position, Math.min(16, available));
    const header = boxHeader(new DataView(bytes.buffer), 0, available);
    if (header === undefined) {
      throw new RangeError(
        `the box at byte ${position} is none or reaches past the end, ${file.byteLength} bytes`,
      );
    }
    if (header.type === 'moov') {
      if (header.length > MAX_MOOV_BYTES) throw new RangeError(`its index claims ${header.length} bytes`);
      const content = await file.read(position + header.headerLength, header.length - header.headerLength);
      moov ??= new DataView(content.buffer);
    }
    position += header.length;
  }
  if (moov === undefined) throw new RangeError('it has no index (moov box); was its writing interrupted?');
  return moov;
}

function readTrack(track: DataView, fileBytes: number): SampleTable | undefined {
  const mdhd = need(findBox(track, 'mdia/mdhd'), 'mdhd');
  const timescale = mdhd.getUint32(mdhd.getUint8(0) === 1 ? 20 : 12);
  if (timescale === 0) throw new RangeError('its timescale is 0');
  const table = need(findBox(track, 'mdia/minf/stbl'), 'stbl');
  const stsd = need(findBox(table, 'stsd'), 'stsd');
  const width = stsd.getUint16(8 + 32); // VisualSampleEntry: width and height behind 32 bytes of header
  const height = stsd.getUint16(8 + 34);
  const count = need(findBox(table, 'stsz'), 'stsz').getUint32(8);
  if (count === 0) return undefined;
  if (count > fileBytes) throw new RangeError(`its index claims ${count} frames in ${fileBytes} bytes`);

  const decoding = runs(need(findBox(table, 'stts'), 'stts'), count, 'stts', false);
  const ctts = findBox(table, 'ctts');
  const shift = ctts === undefined ? new Float64Array(count) : runs(ctts, count, 'ctts', true);
  const times = new Float64Array(count);
  let time = 0;
  for (let i = 0; i < count; i++) {
    times[i] = ((time + (shift[i] ?? 0)) / timescale) * 1e6;
    time += decoding[i] ?? 0;
  }
  return { width, height, times, keys: keyPackets(findBox(table, 'stss'), count) };
}

/** Expands (repeat, value) pairs to one value per packet. */
function runs(box: DataView, count: number, name: string, signed: boolean): Float64Array {
  const values = new Float64Array(count);
  const entries = box.getUint32(4);
  let filled = 0;
  for (let entry = 0; entry < entries && filled < count; entry++) {
    const repeat = box.getUint32(8 + entry * 8);
    const value = signed ? box.getInt32(12 + entry * 8) : box.getUint32(12 + entry * 8);
    const end = Math.min(count, filled + repeat);
    values.fill(value, filled, end);
    filled = end;
  }
  if (filled < count) throw new RangeError(`${name} tells of ${filled} frames, stsz of ${count}`);
  return values;
}

function keyPackets(stss: DataView | undefined, count: number): Int32Array {
  if (stss === undefined) return Int32Array.from({ length: count }, (_, i) => i); // no table: each is a key
  const entries = stss.getUint32(4);
  if (entries > count) throw new RangeError(`stss tells of ${entries} key frames among ${count}`);
  const keys = Int32Array.from({ length: entries }, (_, i) => stss.getUint32(8 + 4 * i) - 1).toSorted();
  if ((keys[0] ?? -1) < 0 || (keys.at(-1) ?? 0) >= count)
    throw new RangeError('stss names frames that are not there');
  return keys;
}

function need(box: DataView | undefined, name: string): DataView {
  if (box === undefined) throw new RangeError(`its ${name} box is missing`);
  return box;
}
