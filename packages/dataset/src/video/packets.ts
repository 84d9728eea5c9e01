import { Mp4Demuxer } from '@napi-rs/webcodecs';
import type { DemuxerVideoDecoderConfig, EncodedVideoChunk } from '@napi-rs/webcodecs';
import { DatasetError } from '../dataset-error.ts';
import type { SampleTable } from './sample-table.ts';

/** The stored packets of a video, read by seeking. */
export interface PacketSource {
  readonly decoderConfig: DemuxerVideoDecoderConfig;
  readonly table: SampleTable;
  /** The packets from number `packet` on, which must be a key, in stored order. One reader at a time. */
  from(packet: number): AsyncGenerator<EncodedVideoChunk, void, void>;
  close(): void;
}

/**
 * Opens the packets of an MP4 file. `table` is what `readSampleTable` gave; where it gave nothing (fragmented files),
 * all packets are read once to make it. Throws `video`.
 */
export async function openPackets(path: string, table: SampleTable | undefined): Promise<PacketSource> {
  let failure: Error | undefined;
  const demuxer = new Mp4Demuxer({
    error: (error) => {
      failure = error;
    },
  });
  try {
    await demuxer.load(path);
    const decoderConfig = demuxer.videoDecoderConfig;
    if (decoderConfig === null) throw new TypeError('it has no video track');
    const known = table ?? (await scan(demuxer, decoderConfig));
    // The demuxer's clock begins elsewhere than the tables' where an edit list moves the start.
    const offset = (await firstTime(demuxer)) - (known.times[known.keys[0] ?? 0] ?? 0);
    return {
      decoderConfig,
      table: known,
      async *from(packet) {
        yield* packetsFrom(demuxer, known, packet, offset);
        if (failure !== undefined) throw failure;
      },
      close: () => demuxer.close(),
    };
  } catch (cause) {
    demuxer.close();
    throw new DatasetError('video', `${path} can't be read as MP4: ${String(failure ?? cause)}`, {
      file: path,
      cause,
    });
  }
}

/**
 * Where a key lies by decoding time and where it is shown differ with B-frames, so that a seek may land behind the
 * key that was meant: then it is done again to the key before.
 */
async function* packetsFrom(
  demuxer: Mp4Demuxer,
  { keys, times }: SampleTable,
  packet: number,
  offset: number,
): AsyncGenerator<EncodedVideoChunk, void, void> {
  let missed = true;
  for (let k = keys.indexOf(packet); missed && k >= 0; k--) {
    missed = false;
    demuxer.seek(Math.max(0, Math.round((times[keys[k] ?? 0] ?? 0) + offset)));
    let number: number | undefined;
    for await (const chunk of videoChunks(demuxer)) {
      missed = number === undefined;
      number ??= nearestKey(keys, times, chunk.timestamp - offset);
      missed &&= number > packet;
      if (missed) break;
      if (number >= packet) yield chunk;
      number++;
    }
  }
}

async function* videoChunks(demuxer: Mp4Demuxer): AsyncGenerator<EncodedVideoChunk, void, void> {
  for await (const { videoChunk } of demuxer) if (videoChunk !== undefined) yield videoChunk;
}

async function firstTime(demuxer: Mp4Demuxer): Promise<number> {
  demuxer.seek(0);
  for await (const chunk of videoChunks(demuxer)) return chunk.timestamp;
  throw new RangeError('it holds no packets');
}

function nearestKey(keys: Int32Array, times: Float64Array, time: number): number {
  const distance = (key: number): number => Math.abs((times[key] ?? 0) - time);
  return keys.reduce((best, key) => (distance(key) < distance(best) ? key : best));
}

async function scan(demuxer: Mp4Demuxer, config: DemuxerVideoDecoderConfig): Promise<SampleTable> {
  const times: number[] = [];
  const keys: number[] = [];
  for await (const chunk of videoChunks(demuxer)) {
    if (chunk.type === 'key') keys.push(times.length);
    times.push(chunk.timestamp);
  }
  return {
    width: config.codedWidth,
    height: config.codedHeight,
    times: Float64Array.from(times),
    keys: Int32Array.from(keys),
  };
}
