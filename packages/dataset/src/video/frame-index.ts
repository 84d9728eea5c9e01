import type { SampleTable } from './sample-table.ts';

/** Which packet holds which frame. */
export interface FrameIndex {
  readonly frameCount: number;
  readonly fps: number;
  /** Frame (0 is shown first) that packet i decodes to; packets stand in decoding order. */
  readonly frameOfPacket: Int32Array;
  /** The packet that decoding must begin with so that frame `frame` comes out. */
  keyPacketFor(frame: number): number;
}

/** Sorts the packets by the time they are shown: frame n is the n-th in that order. */
export function indexFrames(table: SampleTable): FrameIndex {
  const { times, keys } = table;
  const count = times.length;
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => (times[a] ?? 0) - (times[b] ?? 0),
  );
  const frameOfPacket = new Int32Array(count);
  for (const [frame, packet] of order.entries()) frameOfPacket[packet] = frame;
  const keyFrames = keys.map((packet) => frameOfPacket[packet] ?? 0); // ascending: keys are shown in stored order
  const span = (times[order.at(-1) ?? 0] ?? 0) - (times[order[0] ?? 0] ?? 0);
  return {
    frameCount: count,
    fps: span > 0 ? ((count - 1) * 1e6) / span : 0,
    frameOfPacket,
    keyPacketFor(frame) {
      let low = 0;
      let high = keyFrames.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((keyFrames[middle] ?? 0) <= frame) low = middle;
        else high = middle - 1;
      }
      return keys[low] ?? 0;
    },
  };
}
