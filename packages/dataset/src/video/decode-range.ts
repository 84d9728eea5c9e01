import { setTimeout as sleep } from 'node:timers/promises';
import { VideoDecoder } from '@napi-rs/webcodecs';
import type { VideoFrame } from '@napi-rs/webcodecs';
import { errorOf } from './error-of.ts';
import type { FrameIndex } from './frame-index.ts';
import type { PacketSource } from './packets.ts';

/** Packets handed over and not yet decoded, and frames decoded and not yet copied: the decoder's queue is unbounded. */
const MAX_IN_FLIGHT = 8;

/** What is decoded, and where it goes. */
export interface DecodeRange {
  readonly packets: PacketSource;
  readonly index: FrameIndex;
  /** First and last frame, both included. */
  readonly first: number;
  readonly last: number;
  /** Takes the RGB of one frame; frames may come in any order. */
  readonly sink: (frame: number, rgb: Uint8Array) => void;
}

/**
 * Decodes frames `first` to `last` from the key frame before them. Frames come out of the decoder in the order in
 * which they are shown, but labelled with the times of the packets as they went in, which is another order where there
 * are B-frames: so frames are counted, and their labels ignored. Throws where fewer come out than went in.
 */
export async function decodeRange({ packets, index, first, last, sink }: DecodeRange): Promise<void> {
  const { width, height } = packets.table;
  const keyPacket = index.keyPacketFor(first);
  const keyFrame = index.frameOfPacket[keyPacket] ?? 0;
  const copies = new Set<Promise<void>>();
  let decoded = 0;
  let failure: Error | undefined;

  async function copy(native: VideoFrame, frame: number): Promise<void> {
    try {
      const rgba = new Uint8Array(width * height * 4);
      if (native.allocationSize({ format: 'RGBA' }) !== rgba.byteLength) {
        throw new RangeError(
          `frame ${frame} is ${native.displayWidth}x${native.displayHeight}, not ${width}x${height}`,
        );
      }
      await native.copyTo(rgba, { format: 'RGBA' });
      sink(frame, dropAlpha(rgba));
    } catch (error) {
      failure ??= errorOf(error);
    } finally {
      native.close();
    }
  }

  const decoder = new VideoDecoder({
    output(native) {
      const frame = keyFrame + decoded++;
      if (failure !== undefined || frame < first || frame > last) {
        native.close();
        return;
      }
      const promise = copy(native, frame).finally(() => copies.delete(promise));
      copies.add(promise);
    },
    error(error) {
      failure ??= error;
    },
  });
  try {
    // In software: the same bits on every machine.
    decoder.configure({ ...packets.decoderConfig, hardwareAcceleration: 'prefer-software' });
    let packet = keyPacket;
    let missing = last - keyFrame + 1;
    for await (const chunk of packets.from(keyPacket)) {
      const frame = index.frameOfPacket[packet++] ?? 0;
      if (frame < keyFrame) continue; // shown before the key frame, made from the one before it (open GOP)
      decoder.decode(chunk);
      if (frame <= last) missing--;
      if (missing === 0 || failure !== undefined) break;
      while (decoder.decodeQueueSize > MAX_IN_FLIGHT || copies.size > MAX_IN_FLIGHT) {
        await Promise.race([sleep(1), ...copies]);
      }
    }
    await decoder.flush();
  } catch (error) {
    failure ??= errorOf(error);
  } finally {
    await Promise.all(copies);
    if (decoder.state !== 'closed') decoder.close();
  }
  if (failure !== undefined) throw failure;
  if (keyFrame + decoded <= last) {
    throw new RangeError(`frame ${keyFrame + decoded} can't be decoded; the data is damaged or cut off`);
  }
}

/** `[h w 4]` to `[h w 3]`. */
function dropAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
