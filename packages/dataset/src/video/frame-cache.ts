/** Decoded frames kept for the next read, those used longest ago given up first. */
export interface FrameCache {
  get(frame: number): Uint8Array | undefined;
  set(frame: number, pixels: Uint8Array): void;
  clear(): void;
  /** Bytes held now. */
  readonly byteLength: number;
}

/** A cache of at most `limit` bytes. */
export function createFrameCache(limit: number): FrameCache {
  const frames = new Map<number, Uint8Array>(); // in order of last use
  let bytes = 0;
  function remove(frame: number): void {
    bytes -= frames.get(frame)?.byteLength ?? 0;
    frames.delete(frame);
  }
  return {
    get(frame) {
      const pixels = frames.get(frame);
      if (pixels !== undefined) {
        frames.delete(frame);
        frames.set(frame, pixels);
      }
      return pixels;
    },
    set(frame, pixels) {
      remove(frame);
      if (pixels.byteLength > limit) return;
      frames.set(frame, pixels);
      bytes += pixels.byteLength;
      for (const oldest of frames.keys()) {
        if (bytes <= limit) break;
        remove(oldest);
      }
    },
    clear() {
      frames.clear();
      bytes = 0;
    },
    get byteLength() {
      return bytes;
    },
  };
}
