import type { Frames, Window } from '@borealis/dataset';
import type { CandidateScores, GridDecoder, SegmentGroup, Windows, WindowScore } from '@borealis/evaluator';
import { gridOfFrame, typicalWindows, windowScores, withGrids, worstWindows } from '@borealis/evaluator';
import type { Film, Png } from '@borealis/report';
import { differenceFrames, encodeFilm, encodePng, sideBySide } from '@borealis/report';
import type { ScoredRecipe } from './compression-figures.ts';

export interface PictureOptions {
  /** So many windows of segments spread over the data, and so many of those that are predicted worst. */
  readonly typical: number;
  readonly worst: number;
}

/** A window, predicted, to be looked at. */
export interface PicturedWindow {
  readonly kind: 'typical' | 'worst';
  readonly label: string;
  /** True, predicted and their difference side by side. */
  readonly film: Film;
  /** Numbers of the frames that the stills show, counted from 1; the first of them is given. */
  readonly frames: readonly number[];
  readonly truth: readonly Png[];
  /** The true tokens, decoded: what a prediction could show at best. None where these are the truth. */
  readonly tokens: readonly Png[];
  readonly predicted: readonly Png[];
  readonly difference: readonly Png[];
}

interface PictureWindowsOptions extends PictureOptions {
  readonly own: ScoredRecipe;
  /** What the worst windows are the worst against; else they are those of the largest cross-entropy. */
  readonly copy: ScoredRecipe | undefined;
  readonly groups: readonly SegmentGroup[];
  readonly windows: Windows;
  readonly decoder: GridDecoder;
  readonly framesOf: (window: Window) => Promise<Frames>;
  readonly contextGrids: number;
  /** Show the true tokens, decoded, too. */
  readonly ceiling: boolean;
}

/** Frames a second: slower than the camera's 30, for what is half a second long. */
const FPS = 10;
const STILLS = 6;
/** Films are enlarged to about so many pixels a picture. */
const PICTURE_SIZE = 256;

/** Films and stills of some windows of different segments, autoregressive where that was evaluated. */
export async function pictureWindows(options: PictureWindowsOptions): Promise<PicturedWindow[]> {
  const { own, copy, typical, worst } = options;
  const score = own.scores.find(({ mode }) => mode === 'autoregressive') ?? own.scores[0];
  const against = copy?.scores.find(({ mode }) => mode === score?.mode);
  if (score === undefined) return [];
  const chosen = chooseWindows(score, against, { typical, worst });
  const pictured: PicturedWindow[] = [];
  for (const { kind, window, label } of chosen) {
    const codes = score.codes?.[window] ?? new Int32Array();
    pictured.push({ kind, ...(await pictureWindow(options, window, codes, label)) });
  }
  return pictured;
}

interface ChosenWindow {
  readonly kind: PicturedWindow['kind'];
  readonly window: number;
  /** What is said of its scores. */
  readonly label: string;
}

function chooseWindows(
  score: CandidateScores,
  against: CandidateScores | undefined,
  { typical, worst }: PictureOptions,
): ChosenWindow[] {
  const own = windowScores(score);
  const theirs = against === undefined ? undefined : windowScores(against);
  const excess = own.map((entry, i) => ({ ...entry, value: entry.value - (theirs?.[i]?.value ?? 0) }));
  const say = ({ window }: WindowScore): string => {
    const at = own.findIndex((entry) => entry.window === window);
    const nats = `${own[at]?.value.toFixed(2)} nats`;
    return theirs === undefined ? nats : `${nats}, copy ${theirs[at]?.value.toFixed(2)}`;
  };
  const chosen = (kind: PicturedWindow['kind'], scores: readonly WindowScore[]) =>
    scores.map((entry) => ({ kind, window: entry.window, label: say(entry) }));
  return [
    ...chosen('typical', typicalWindows(excess, typical)),
    ...chosen('worst', worstWindows(excess, worst)),
  ];
}

async function pictureWindow(
  options: PictureWindowsOptions,
  index: number,
  codes: Int32Array,
  said: string,
): Promise<Omit<PicturedWindow, 'kind'>> {
  const { windows, decoder, framesOf, contextGrids, groups, ceiling } = options;
  const window = await windows.at(index);
  if (window.tokens === undefined) throw new Error(`window ${index} holds no tokens`);
  const truth = await framesOf(window);
  const decoded = await decoder.decode(withGrids(window.tokens, contextGrids, codes));
  const best = ceiling ? await decoder.decode(window.tokens) : undefined;
  const given = firstFrameOf(contextGrids);
  const predicted = joined(truth, decoded, given);
  const difference = differenceFrames(truth, predicted);
  const scale = Math.max(1, Math.round(PICTURE_SIZE / truth.height));
  const film = sideBySide(
    [
      { label: 'true', frames: truth },
      { label: `predicted from frame ${given + 1}`, frames: predicted },
      { label: 'difference x 4', frames: difference },
    ],
    { scale },
  );
  const spread = (truth.count - 1 - given) / (STILLS - 2);
  const shown = [given - 1, ...Array.from({ length: STILLS - 1 }, (_, i) => given + Math.round(i * spread))];
  const stills = (frames: Frames) => Promise.all(shown.map((frame) => encodePng(frames, { index: frame })));
  const { segment, start, frameCount } = window;
  const room = groups.find(({ segments }) => segments.has(segment));
  const where = `segment ${segment}${room === undefined ? '' : ` (${room.name})`}`;
  return {
    label: `${where}, frames ${start} to ${start + frameCount - 1}: ${said}`,
    film: await encodeFilm(film, { fps: FPS }),
    frames: shown.map((frame) => frame + 1),
    truth: await stills(truth),
    tokens: best === undefined ? [] : await stills(best),
    predicted: await stills(predicted),
    difference: await stills(difference),
  };
}

/** The first frame of a grid, counted in the window. */
function firstFrameOf(grid: number): number {
  let frame = 0;
  while (gridOfFrame(frame) < grid) frame++;
  return frame;
}

/** The given frames of one, then those of the other. */
function joined(first: Frames, second: Frames, given: number): Frames {
  const data = second.data.slice();
  data.set(first.data.subarray(0, (given * first.data.length) / first.count));
  return { ...second, data };
}
