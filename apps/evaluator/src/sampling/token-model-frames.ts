import type { Frames, TokenGrids, Window } from '@borealis/dataset';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '@borealis/dataset';
import type { TokenPredictor } from '@borealis/training';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { decode, decodeGrid, encode } from '@borealis/video-tokenizer';
import type { FrameCandidate, FrameWindow } from './frame-candidate.ts';
import { CONTEXT_FRAMES, contextOf, sliceFrames, WINDOW_FRAMES } from './frame-candidate.ts';
import { joinFrames } from './join-frames.ts';

/** Frame 77 is the last of the 8 frames of the second grid of the fifth triple (frames 70 to 77, counted from 1). */
const TARGET_TRIPLE = Math.floor((WINDOW_FRAMES - 1) / FRAMES_PER_TRIPLE);
const TARGET_KIND = 1;
const ROLL_OUT = TARGET_TRIPLE * GRIDS_PER_TRIPLE + TARGET_KIND + 1 - GRIDS_PER_TRIPLE;

/**
 * A token model's frame 77: the context's grids, eleven more predicted from them and the states, the last decoded. With
 * `everyFrame` one grid more, and all frames that are not given.
 */
export function tokenModelFrames(
  name: string,
  predictor: TokenPredictor,
  tokenizer: BlockFsqWeights,
  { everyFrame = false }: { readonly everyFrame?: boolean } = {},
): FrameCandidate {
  return {
    name,
    predict: async (window) => {
      const tokens = await encode(tokenizer, contextOf(window));
      const given = { ...withoutFrames(window), tokens };
      if (everyFrame) {
        const all = await predictor.rollOut(given, TARGET_TRIPLE * GRIDS_PER_TRIPLE);
        return sliceFrames(await decode(tokenizer, all), 0, WINDOW_FRAMES - CONTEXT_FRAMES);
      }
      const future = await predictor.rollOut(given, ROLL_OUT);
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
      const last = sliceFrames(known, known.count - 1, 1);
      const repeats = Array.from({ length: FRAMES_PER_TRIPLE - known.count }, () => last);
      const tokens = await encode(tokenizer, joinFrames([known, ...repeats])); // the second grid sees none of the repeats
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

function withoutFrames({ frames: _, ...window }: FrameWindow): Window {
  return window;
}
