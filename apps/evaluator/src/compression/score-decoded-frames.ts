import type { Frames, TokenGrids, Window } from '@borealis/dataset';
import { framePsnr } from '@borealis/metrics';
import { EvaluatorError } from '../evaluator-error.ts';
import type { GridDecoder } from './grid-frames.ts';
import { gridOfFrame, triplesFrom, withGrids } from './grid-frames.ts';
import type { PredictionMode, Windows } from './token-candidate.ts';

/** Highest dB that one frame counts with: an exact copy would be infinite. */
const PSNR_CEILING = 100;

/** Future grids to be decoded and compared with the real frames. */
export interface DecodedCandidate {
  readonly name: string;
  /** Absent where there are no two ways to predict. */
  readonly mode?: PredictionMode;
  /** The truth through the tokenizer: no prediction in its tokens can do better. */
  readonly ceiling?: boolean;
  /** The codes from grid `contextGrids` of window `index` on. */
  codes(tokens: TokenGrids, index: number): Int32Array;
}

/** One frame of one window. */
export interface DecodedFrameScore {
  readonly segment: number;
  readonly window: number;
  readonly grid: number;
  /** dB, of frames of 8 bits. */
  readonly psnr: number;
  /** Mean squared error in 8-bit steps. */
  readonly mse: number;
}

export interface DecodedScores {
  readonly name: string;
  readonly mode?: PredictionMode;
  readonly ceiling: boolean;
  /** Window by window, frame by frame: the same order for each candidate. */
  readonly frames: readonly DecodedFrameScore[];
}

export interface ScoreDecodedFramesOptions {
  readonly windows: Windows;
  readonly candidates: readonly DecodedCandidate[];
  /** Grids of a window that are given, and in all: the frames of the others are compared. */
  readonly contextGrids: number;
  readonly grids: number;
  readonly decoder: GridDecoder;
  /** What the camera saw: all frames of a window. */
  readonly framesOf: (window: Window) => Promise<Frames>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Decodes what was predicted and compares it with what the camera saw. */
export async function scoreDecodedFrames(options: ScoreDecodedFramesOptions): Promise<DecodedScores[]> {
  const { windows, candidates, contextGrids, decoder, framesOf } = options;
  const runs = candidates.map((candidate) => ({ candidate, frames: [] as DecodedFrameScore[] }));
  const first = triplesFrom(contextGrids);
  for (let index = 0; index < windows.count; index++) {
    const window = await windows.at(index);
    const { tokens, segment } = window;
    if (tokens === undefined)
      throw new EvaluatorError('windows', `window ${index} holds no tokens: evaluate tokenized data`);
    const truth = framesFrom(await framesOf(window), first.frame);
    for (const { candidate, frames } of runs) {
      const grids = gridsFrom(withGrids(tokens, contextGrids, candidate.codes(tokens, index)), first.grid);
      const decoded = await decoder.decode(grids);
      const { perFrame, msePerFrame } = framePsnr(decoded, truth, { ceiling: PSNR_CEILING });
      perFrame.forEach((psnr, i) => {
        const grid = gridOfFrame(first.frame + i);
        if (grid >= contextGrids && grid < options.grids)
          frames.push({ segment, window: index, grid, psnr, mse: msePerFrame[i] ?? NaN });
      });
    }
    options.onProgress?.(index + 1, windows.count);
  }
  return runs.map(({ candidate: { name, mode, ceiling = false }, frames }) => ({
    ...{ name, ceiling, frames },
    ...(mode === undefined ? {} : { mode }),
  }));
}

function framesFrom(frames: Frames, first: number): Frames {
  const size = frames.height * frames.width * 3;
  return { ...frames, data: frames.data.subarray(first * size), count: frames.count - first };
}

function gridsFrom(grids: TokenGrids, first: number): TokenGrids {
  const places = grids.height * grids.width;
  return { ...grids, data: grids.data.slice(first * places), count: grids.count - first };
}
