import { setTimeout as sleep } from 'node:timers/promises';
import { Mp4Muxer, VideoEncoder, VideoFrame } from '@napi-rs/webcodecs';
import { encodePng } from './encode-png.ts';
import { checkFrames, frameAt } from './frames.ts';
import type { Frames } from './frames.ts';
import { ReportError } from './report-error.ts';

const CODEC = 'avc1.640033'; // H.264 High, level 5.1: up to 4096 × 2304
const DEFAULT_QUANTIZER = 20;
const MAX_IN_FLIGHT = 8;

/** A film ready to be written to a file or put on a page. */
export interface Film {
  readonly mp4: Uint8Array;
  /** PNG of its first frame. */
  readonly poster: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frameCount: number;
}

export interface EncodeFilmOptions {
  /** Frames a second; the robots' cameras have 30. */
  readonly fps: number;
  /** Whole-number enlargement with hard pixel edges. Default 1. */
  readonly scale?: number;
  /** H.264 quantiser, 0 (best) to 51. Default 20. */
  readonly quantizer?: number;
}

/**
 * Frames as an H.264 MP4 that browsers play. An odd side is made even by repeating the last row or column.
 *
 * @param frames `[t h w 3]`
 * @throws {ReportError} `shape-mismatch`, `empty`, `out-of-range`; `encoding` where the codec fails
 */
export async function encodeFilm(frames: Frames, options: EncodeFilmOptions): Promise<Film> {
  const { fps, scale = 1, quantizer = DEFAULT_QUANTIZER } = options;
  checkFrames(frames);
  if (!(fps > 0) || !Number.isInteger(scale) || scale < 1 || !(quantizer >= 0 && quantizer <= 51)) {
    throw new ReportError(
      'out-of-range',
      `fps ${fps}, scale ${scale}, quantizer ${quantizer}: expected fps above 0, a whole scale from 1, a quantizer from 0 to 51.`,
    );
  }
  const [width, height] = [evenUp(frames.width * scale), evenUp(frames.height * scale)];
  const failures: unknown[] = [];
  const failed = () => failures.length > 0;
  const muxer = new Mp4Muxer({ fastStart: true });
  muxer.addVideoTrack({ codec: CODEC, width, height, framerate: fps });
  const encoder = new VideoEncoder({
    output(chunk, metadata) {
      try {
        muxer.addVideoChunk(chunk, metadata);
      } catch (error) {
        failures.push(error);
      }
    },
    error: (error) => failures.push(error),
  });
  try {
    encoder.configure({
      codec: CODEC,
      width,
      height,
      framerate: fps,
      hardwareAcceleration: 'prefer-software', // the same bits on every machine
      latencyMode: 'quality',
      bitrateMode: 'quantizer',
      avc: { format: 'avc' },
    });
    for (let t = 0; t < frames.count && !failed(); t++) {
      const native = new VideoFrame(toRgba(frameAt(frames, t), { width, height, scale }), {
        format: 'RGBA',
        codedWidth: width,
        codedHeight: height,
        timestamp: Math.round((t * 1e6) / fps),
        duration: Math.round(1e6 / fps),
      });
      encoder.encode(native, { keyFrame: t % Math.ceil(fps) === 0, avc: { quantizer } });
      native.close();
      while (encoder.encodeQueueSize > MAX_IN_FLIGHT && !failed()) await sleep(1);
    }
    await encoder.flush();
    if (failed()) throw failures[0];
    const { png: poster } = await encodePng(frames, { scale });
    return { mp4: muxer.finalize(), poster, width, height, fps, frameCount: frames.count };
  } catch (error) {
    throw new ReportError(
      'encoding',
      `${frames.count} frames of ${width} × ${height} could not be made an H.264 film: ${String(error)}`,
      { cause: error },
    );
  } finally {
    if (encoder.state !== 'closed') encoder.close();
    if (muxer.state !== 'closed') muxer.close();
  }
}

function evenUp(side: number): number {
  return side + (side % 2);
}

/** `[h w 3]` enlarged to `[height width 4]`, opaque; edges repeated where the result is larger. */
function toRgba(frame: Frames, size: { width: number; height: number; scale: number }): Uint8Array {
  const rgba = new Uint8Array(size.width * size.height * 4);
  for (let y = 0, to = 0; y < size.height; y++) {
    const row = Math.min(frame.height - 1, Math.floor(y / size.scale)) * frame.width;
    for (let x = 0; x < size.width; x++, to += 4) {
      const from = (row + Math.min(frame.width - 1, Math.floor(x / size.scale))) * 3;
      rgba[to] = frame.data[from] ?? 0;
      rgba[to + 1] = frame.data[from + 1] ?? 0;
      rgba[to + 2] = frame.data[from + 2] ?? 0;
      rgba[to + 3] = 255;
    }
  }
  return rgba;
}
