import type { Frames, TokenGrids } from '@borealis/dataset';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '@borealis/dataset';

/** Turns whole triples of grids into frames: a tokenizer's other half. */
export interface GridDecoder {
  /** Grids `[3·n gh gw]` → frames `[17·n h w c]`. */
  decode(grids: TokenGrids): Promise<Frames>;
}

/** Frames of the grids before the last of a triple: the first stands for 1, the second for 8. */
const KIND_ENDS = [1, 9, FRAMES_PER_TRIPLE];

/** Which grid of a window a frame of it belongs to. */
export function gridOfFrame(frame: number): number {
  const within = frame % FRAMES_PER_TRIPLE;
  const kind = KIND_ENDS.findIndex((end) => within < end);
  return Math.floor(frame / FRAMES_PER_TRIPLE) * GRIDS_PER_TRIPLE + kind;
}

/** A window's grids, those from `from` on replaced. */
export function withGrids(tokens: TokenGrids, from: number, codes: Int32Array): TokenGrids {
  const data = tokens.data.slice();
  data.set(codes, from * tokens.height * tokens.width);
  return { ...tokens, data };
}

/** The last given grid, for each of the future ones. */
export function copiesOfLast(tokens: TokenGrids, contextGrids: number): Int32Array {
  const places = tokens.height * tokens.width;
  const last = tokens.data.subarray((contextGrids - 1) * places, contextGrids * places);
  const codes = new Int32Array((tokens.count - contextGrids) * places);
  for (let at = 0; at < codes.length; at += places) codes.set(last, at);
  return codes;
}

/** Frames from the triple on that grid `from` lies in, without copying; and the number of the first. */
export function triplesFrom(from: number): { readonly grid: number; readonly frame: number } {
  const triple = Math.floor(from / GRIDS_PER_TRIPLE);
  return { grid: triple * GRIDS_PER_TRIPLE, frame: triple * FRAMES_PER_TRIPLE };
}
