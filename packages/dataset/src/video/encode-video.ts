import { setTimeout as sleep } from 'node:timers/promises';
import { Mp4Muxer, VideoEncoder, VideoFrame } from '@napi-rs/webcodecs';
import { DatasetError } from '../dataset-error.ts';
import type { Frames } from '../window.ts';
import { errorOf } from './error-of.ts';

const KEY_FRAME_INTERVAL = 30;
const DEFAULT_BITS_PER_PIXEL = 1;
const MAX_IN_FLIGHT = 8;
const CODEC = 'avc1.640033'; // High profile, level 5.1: up to 4096x2304

/** A video in the making. */
export interface VideoEncoding {
  readonly frameCount: number;
  /** Encodes a batch, beginning with a key frame. */
  append(frames: Frames): Promise<void>;
  /** The whole MP4 file. */
  finish(): Promise<Uint8Array>;
  /** Frees what is held, finished or not. */
  close(): void;
}

export interface VideoEncodingOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly bitsPerPixel?: number;
}

/** Begins an H.264 video; see `writeVideo`. */
export function createVideoEncoding(options: VideoEncodingOptions): VideoEncoding {
  const { width, height, fps, bitsPerPixel = DEFAULT_BITS_PER_PIXEL } = options;
  if (width < 2 || height < 2 || width % 2 !== 0 || height % 2 !== 0) {
    throw new DatasetError(
      'input',
      `Frames of ${width}x${height} can't be H.264 with halved chroma: sides must be even.`,
    );
  }
  if (!(fps > 0) || !(bitsPerPixel > 0)) {
    throw new DatasetError(
      'input',
      `A video needs fps and bitsPerPixel above 0, not ${fps} and ${bitsPerPixel}.`,
    );
  }
  let failure: Error | undefined;
  let frameCount = 0;
  const muxer = new Mp4Muxer({ fastStart: true });
  muxer.addVideoTrack({ codec: CODEC, width, height, framerate: fps });
  const encoder = new VideoEncoder({
    output(chunk, metadata) {
      try {
        muxer.addVideoChunk(chunk, metadata);
      } catch (error) {
        failure ??= errorOf(error);
      }
    },
    error(error) {
      failure ??= error;
    },
  });
  encoder.configure({
    codec: CODEC,
    width,
    height,
    framerate: fps,
    hardwareAcceleration: 'prefer-software', // the same bits on every machine
    latencyMode: 'quality',
    // A bit rate: version 1.3.1 takes a quantizer and ignores it.
    bitrateMode: 'variable',
    bitrate: Math.ceil(bitsPerPixel * width * height * fps),
    avc: { format: 'avc' },
  });

  function check(): void {
    if (failure !== undefined) {
      throw new DatasetError('video', `Encoding failed near frame ${frameCount}: ${failure.message}`, {
        frame: frameCount,
        cause: failure,
      });
    }
  }

  return {
    get frameCount() {
      return frameCount;
    },
    async append(frames) {
      const pixels = width * height * 3;
      if (
        frames.width !== width ||
        frames.height !== height ||
        frames.data.length !== frames.count * pixels
      ) {
        throw new DatasetError(
          'input',
          `Frames of ${frames.width}x${frames.height} (${frames.count} in ${frames.data.length} bytes) can't go on a video of ${width}x${height}.`,
        );
      }
      for (let i = 0; i < frames.count; i++) {
        const native = new VideoFrame(addAlpha(frames.data.subarray(i * pixels, (i + 1) * pixels)), {
          format: 'RGBA',
          codedWidth: width,
          codedHeight: height,
          timestamp: Math.round((frameCount * 1e6) / fps),
          duration: Math.round(1e6 / fps),
        });
        try {
          encoder.encode(native, { keyFrame: i % KEY_FRAME_INTERVAL === 0 });
        } catch (error) {
          failure ??= errorOf(error);
        } finally {
          native.close();
        }
        frameCount++;
        while (encoder.encodeQueueSize > MAX_IN_FLIGHT && failure === undefined) await sleep(1);
        check();
      }
    },
    async finish() {
      await encoder.flush();
      check();
      return muxer.finalize();
    },
    close() {
      if (encoder.state !== 'closed') encoder.close();
      if (muxer.state !== 'closed') muxer.close();
    },
  };
}

/** `[h w 3]` to `[h w 4]`, opaque. */
function addAlpha(rgb: Uint8Array): Uint8Array {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from] ?? 0;
    rgba[to + 1] = rgb[from + 1] ?? 0;
    rgba[to + 2] = rgb[from + 2] ?? 0;
  }
  return rgba;
}
