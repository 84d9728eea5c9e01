import type { Frames, TokenGrids, Window } from '@borealis/dataset';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '@borealis/dataset';
import type { TokenPredictor } from '@borealis/training';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { decodeGrid, encode } from '@borealis/video-tokenizer';
import type { FrameCandidate, FrameWindow } from './frame-candidate.ts';
import { contextOf, sliceFrames, WINDOW_FRAMES } from './frame-candidate.ts';

/** Frame 77 is the last of the 8 frames of the second grid of the fifth triple (frames 70 to 77, counted from 1). */
const TARGET_TRIPLE = Math.floor((WINDOW_FRAMES - 1) / FRAMES_PER_TRIPLE);
const TARGET_KIND = 1;
const ROLL_OUT = TARGET_TRIPLE * GRIDS_PER_TRIPLE + TARGET_KIND + 1 - GRIDS_PER_TRIPLE;

/** A token model's frame 77: the context's grids, eleven more predicted from them and the states, the last decoded. */
export function tokenModelFrames(
  name: string,
  predictor: TokenPredictor,
  tokenizer: BlockFsqWeights,
): FrameCandidate {
  return {
    name,
    predict: async (window) => {
      const tokens = await encode(tokenizer, contextOf(window));
      const future = await predictor.rollOut({ ...withoutFrames(window), tokens }, ROLL_OUT);
      return decodeLast(tokenizer, gridAt(future, ROLL_OUT - 2), gridAt(future, ROLL_OUT - 1));
    },
  };
}

/** What no prediction through this tokenizer can beat: the true grids 1 and 2 of frame 77's triple, decoded. */
export function tokenizerCeiling(tokenizer: BlockFsqWeights): FrameCandidate {
  return {
    name: 'true tokens, decoded',
    ceiling: true,
    predict: async ({ frames }) => {
      const start = TARGET_TRIPLE * FRAMES_PER_TRIPLE;
      const known = sliceFrames(frames, start, WINDOW_FRAMES - start);
      const tokens = await encode(tokenizer, repeatLast(known, FRAMES_PER_TRIPLE)); // the second grid sees none of the repeats
      return decodeLast(tokenizer, gridAt(tokens, 0), gridAt(tokens, TARGET_KIND));
    },
  };
}

async function decodeLast(
  tokenizer: BlockFsqWeights,
  previous: TokenGrids,
  grids: TokenGrids,
): Promise<Frames> {
  const frames = await decodeGrid(tokenizer, { kind: TARGET_KIND, grids, previous });
  return sliceFrames(frames, frames.count - 1, 1);
}

function gridAt(grids: TokenGrids, index: number): TokenGrids {
  const places = grids.height * grids.width;
  return { ...grids, data: grids.data.subarray(index * places, (index + 1) * places), count: 1 };
}

function repeatLast(frames: Frames, count: number): Frames {
  const size = frames.data.length / frames.count;
  const data = new Uint8Array(size * count);
  data.set(frames.data);
  const last = frames.data.subarray(frames.data.length - size);
  for (let i = frames.count; i < count; i++) data.set(last, i * size);
  return { ...frames, data, count };
}

function withoutFrames({ frames: _, ...window }: FrameWindow): Window {
  return window;
}
