import { isMainThread } from 'node:worker_threads';
import { DatasetError } from '../dataset-error.ts';
import { openPositionedFile } from '../positioned-file.ts';
import type { Frames } from '../window.ts';
import { decodeRange } from './decode-range.ts';
import { createFrameCache } from './frame-cache.ts';
import { indexFrames } from './frame-index.ts';
import { openPackets } from './packets.ts';
import { readSampleTable } from './sample-table.ts';

/** A video that is read by frame number. */
export interface Video {
  readonly frameCount: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Frames `start` to `start + count - 1`, `[t h w c]` RGB. Throws `range`, `video`, `closed`. */
  read(start: number, count: number): Promise<Frames>;
  /** Waits for reads under way and frees everything. */
  close(): Promise<void>;
}

export interface OpenVideoOptions {
  /** Decoded frames kept for the next read, in bytes: 64 MiB unless told. */
  readonly cacheBytes?: number;
}

/**
 * Opens an H.264 (or other) video in MP4 for random access. Pixels equal those of
 * `ffmpeg -i video.mp4 -f rawvideo -pix_fmt rgb24` bit for bit (BT.601, limited range, where the file doesn't say).
 * Throws `missing-file` or `video`; in a worker thread `worker-thread`.
 */
export async function openVideo(path: string, options: OpenVideoOptions = {}): Promise<Video> {
  refuseWorkerThreads(path);
  const file = await openPositionedFile(path);
  const table = await readSampleTable(file).finally(() => file.close());
  const packets = await openPackets(path, table);
  const index = indexFrames(packets.table);
  const { width, height } = packets.table;
  const pixels = width * height * 3;
  const cache = createFrameCache(options.cacheBytes ?? 64 * 2 ** 20);
  let last: Promise<unknown> = Promise.resolve(); // the demuxer has one position: reads wait for each other
  let closed = false;

  async function decodeMissing(start: number, end: number, data: Uint8Array): Promise<void> {
    const missing: number[] = [];
    for (let frame = start; frame < end; frame++) {
      const cached = cache.get(frame);
      if (cached === undefined) missing.push(frame);
      else data.set(cached, (frame - start) * pixels);
    }
    while (missing.length > 0) {
      const first = missing[0] ?? start;
      const run = missing.findIndex((frame, i) => frame !== first + i);
      const count = missing.splice(0, run === -1 ? missing.length : run).length;
      await decodeRange({
        packets,
        index,
        first,
        last: first + count - 1,
        sink(frame, rgb) {
          data.set(rgb, (frame - start) * pixels);
          cache.set(frame, rgb);
        },
      });
    }
  }

  async function read(start: number, count: number): Promise<Frames> {
    if (closed) throw new DatasetError('closed', `${path} was closed.`, { file: path });
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(count) ||
      start < 0 ||
      count < 1 ||
      start + count > index.frameCount
    ) {
      throw new DatasetError(
        'range',
        `${path} has frames 0 to ${index.frameCount - 1}; ${count} from ${start} were asked for.`,
        {
          file: path,
          frame: start,
        },
      );
    }
    const data = new Uint8Array(count * pixels);
    try {
      await decodeMissing(start, start + count, data);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DatasetError(
        'video',
        `${path}: frames ${start} to ${start + count - 1} can't be decoded: ${reason}`,
        {
          file: path,
          frame: start,
          cause,
        },
      );
    }
    return { data, count, height, width };
  }

  return {
    frameCount: index.frameCount,
    width,
    height,
    fps: index.fps,
    read(start, count) {
      const result = last.then(() => read(start, count));
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      if (closed) return;
      await last;
      closed = true;
      cache.clear();
      packets.close();
    },
  };
}

/**
 * The decoder lets go of a worker's buffers in the main thread, which corrupts the memory of both (napi-rs issue 3357,
 * in @napi-rs/webcodecs up to 1.3.1).
 */
function refuseWorkerThreads(path: string): void {
  if (isMainThread) return;
  throw new DatasetError(
    'worker-thread',
    `${path} can't be decoded in a worker thread, where the decoder corrupts memory: use a process of its own (child_process.fork).`,
    { file: path },
  );
}
