import type { Dataset, Frames, TokenGrids, Window } from '@borealis/dataset';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '@borealis/dataset';
import type { FrameWindow } from '@borealis/evaluator';
import { contextOf, sliceFrames, WINDOW_FRAMES } from '@borealis/evaluator';
import type { Film, Png } from '@borealis/report';
import { differenceFrames, encodeFilm, encodePng, sideBySide } from '@borealis/report';
import type { TokenPredictor } from '@borealis/training';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { decode, encode } from '@borealis/video-tokenizer';

/** Frames that stills are taken of, counted from 1. */
export const STILLS = [18, 34, 51, 64, 77];

/** Triples that hold a window's frames; the first is given. */
const TRIPLES = Math.ceil(WINDOW_FRAMES / FRAMES_PER_TRIPLE);

export interface PicturedWindow {
  readonly label: string;
  /** True, as tokens can show it, predicted: side by side. */
  readonly film: Film;
  readonly truth: readonly Png[];
  readonly decoded: readonly Png[];
  readonly predicted: readonly Png[];
  readonly difference: readonly Png[];
}

/** Imagines some validation windows to their end: a film and stills of truth, tokens, prediction and difference. */
export async function pictureWindows(options: {
  readonly validation: Dataset;
  readonly predictor: TokenPredictor;
  readonly tokenizer: BlockFsqWeights;
  readonly count: number;
}): Promise<PicturedWindow[]> {
  const { validation, predictor, tokenizer, count } = options;
  const windows = validation.windows({ frames: WINDOW_FRAMES, stride: WINDOW_FRAMES, content: 'frames' });
  const pictured: PicturedWindow[] = [];
  for (let i = 0; i < Math.min(count, windows.count); i++) {
    const { frames, ...window } = await windows.at(Math.floor(((i + 0.5) * windows.count) / count));
    if (frames === undefined) throw new Error(`${validation.dir} holds no frames`);
    const full = { ...window, frames };
    const predicted = await imagine(full, predictor, tokenizer);
    const decoded = await throughTokens(frames, tokenizer);
    pictured.push(await pictureWindow(full, decoded, predicted));
  }
  return pictured;
}

/** The given frames as they are, then what the model says comes after. */
async function imagine(
  window: FrameWindow,
  predictor: TokenPredictor,
  tokenizer: BlockFsqWeights,
): Promise<Frames> {
  const { frames: _, ...rest } = window;
  const context = contextOf(window);
  const tokens: TokenGrids = await encode(tokenizer, context);
  const given: Window = { ...rest, tokens };
  const future = await predictor.rollOut(given, (TRIPLES - 1) * GRIDS_PER_TRIPLE);
  const imagined = await decode(tokenizer, future);
  return sliceFrames(joined(context, imagined), 0, WINDOW_FRAMES);
}

async function throughTokens(frames: Frames, tokenizer: BlockFsqWeights): Promise<Frames> {
  const whole = TRIPLES * FRAMES_PER_TRIPLE;
  const last = sliceFrames(frames, frames.count - 1, 1);
  let padded = frames;
  while (padded.count < whole) padded = joined(padded, last); // later frames don't show in earlier ones
  return sliceFrames(await decode(tokenizer, await encode(tokenizer, padded)), 0, WINDOW_FRAMES);
}

async function pictureWindow(
  window: FrameWindow,
  decoded: Frames,
  predicted: Frames,
): Promise<PicturedWindow> {
  const truth = window.frames;
  const film = sideBySide(
    [
      { label: 'true', frames: truth },
      { label: 'true tokens', frames: decoded },
      { label: 'imagined', frames: predicted },
    ],
    { scale: 2 },
  );
  const stills = (frames: Frames) =>
    Promise.all(STILLS.map((frame) => encodePng(frames, { index: frame - 1 })));
  return {
    label: `segment ${window.segment}, frames ${window.start} to ${window.start + WINDOW_FRAMES - 1}`,
    film: await encodeFilm(film, { fps: 30 }),
    truth: await stills(truth),
    decoded: await stills(decoded),
    predicted: await stills(predicted),
    difference: await stills(differenceFrames(truth, predicted)),
  };
}

function joined(first: Frames, second: Frames): Frames {
  const data = new Uint8Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return { ...first, data, count: first.count + second.count };
}
