import type { PositionedFile } from './positioned-file.ts';

/** A run of frames with one segment index: an episode, or the part of one that lies in a shard. */
export interface Segment {
  readonly shard: number;
  /** The number in the segment index file; in clips, the clip's number. */
  readonly id: number;
  /** First frame, counted in the shard. */
  readonly start: number;
  /** Length in frames. */
  readonly frames: number;
}

/** Values read at a time. */
const CHUNK = 65_536;

/**
 * Cuts a shard into segments: int32 [n], one number per frame, a new segment at each change.
 * `onGoingBack` is told of each frame whose number is lower than the one before.
 */
export async function readSegments(
  file: PositionedFile,
  shard: number,
  frameCount: number,
  onGoingBack: (frame: number, from: number, to: number) => void = () => undefined,
): Promise<Segment[]> {
  const segments: Segment[] = [];
  let start = 0;
  let id: number | undefined;
  for (let frame = 0; frame < frameCount; frame += CHUNK) {
    const bytes = await file.read(frame * 4, Math.min(CHUNK, frameCount - frame) * 4);
    for (const [i, value] of new Int32Array(bytes.buffer).entries()) {
      if (value === id) continue;
      if (id !== undefined) segments.push({ shard, id, start, frames: frame + i - start });
      if (id !== undefined && value < id) onGoingBack(frame + i, id, value);
      start = frame + i;
      id = value;
    }
  }
  if (id !== undefined) segments.push({ shard, id, start, frames: frameCount - start });
  return segments;
}
