import type { Frames } from '@borealis/dataset';
import type { FrameCandidateScores, SegmentGroup, Windows, WindowScore } from '@borealis/evaluator';
import { typicalWindows, wholeWindow, worstWindows } from '@borealis/evaluator';
import type { Film, Png } from '@borealis/report';
import { encodePng } from '@borealis/report';
import { imagineWindow } from '../imagine/imagine-window.ts';
import { filmOf, panelsOf, stillsOf } from '../imagine/picture-window.ts';
import type { FrameModel } from './frame-models.ts';
import type { SamplingSettings } from './sampling-settings.ts';
import { mainDrawing } from './sampling-settings.ts';
import type { PictureOptions } from './window-pictures.ts';

/** Samples that pictures are drawn of, at most: enough to see where they differ. */
const MOST_SAMPLES = 10;

/** A second of film shows so many frames: half the camera's speed. */
const FPS = 15;

/** What a film on a page does without: it is as wide as the page. */
const LEFT_OUT = /^given|^sample 3|^error/;

/** A window to be looked at, continued by a model. */
export interface PicturedSamples {
  readonly kind: 'typical' | 'worst';
  readonly label: string;
  readonly film: Film;
  /** Numbers of the frames that the stills show, counted from 1; the first of them is given. */
  readonly frames: readonly number[];
  readonly rows: readonly { readonly label: string; readonly images: readonly Png[] }[];
}

/** Some windows of different segments, and those that are predicted worst. */
export async function pictureSamples(
  options: PictureOptions & {
    readonly model: FrameModel;
    readonly own: FrameCandidateScores;
    readonly copy: FrameCandidateScores;
    readonly windows: Windows;
    readonly settings: SamplingSettings;
    readonly groups: readonly SegmentGroup[];
  },
): Promise<PicturedSamples[]> {
  const { model, own, copy, windows, settings, groups, typical, worst } = options;
  const badness: WindowScore[] = own.frames.map(({ window, segment, psnr }) => ({
    ...{ window, segment },
    value: -psnr,
  }));
  const chosen = [
    ...typicalWindows(badness, typical).map((score) => ({ kind: 'typical' as const, ...score })),
    ...worstWindows(badness, worst).map((score) => ({ kind: 'worst' as const, ...score })),
  ];
  const samples = Math.min(MOST_SAMPLES, Math.max(...settings.samples));
  const pictured: PicturedSamples[] = [];
  for (const { kind, window: number, segment, value } of chosen) {
    const window = await wholeWindow(windows, number);
    const imagined = await imagineWindow(model, window, {
      drawing: { ...mainDrawing(settings), samples },
      combination: settings.combination,
    });
    const shown = stillsOf(imagined);
    const stills = (frames: Frames) =>
      Promise.all(shown.map((frame) => encodePng(frames, { index: Math.min(frame, frames.count) - 1 })));
    const rows = panelsOf(imagined).filter(({ label }) => label !== 'given');
    const room = groups.find(({ segments }) => segments.has(segment));
    const copied = copy.frames.find((score) => score.window === number)?.psnr;
    pictured.push({
      kind,
      label:
        `segment ${segment}${room === undefined ? '' : ` (${room.name})`}, frames ${window.start} to ` +
        `${window.start + window.frameCount - 1}: ${(-value).toFixed(2)} dB, copy ${copied?.toFixed(2) ?? '?'} dB`,
      film: await filmOf(imagined, { fps: FPS, keep: (label) => !LEFT_OUT.test(label) }),
      frames: shown,
      rows: await Promise.all(
        rows.map(async ({ label, frames }) => ({ label, images: await stills(frames) })),
      ),
    });
  }
  return pictured;
}
