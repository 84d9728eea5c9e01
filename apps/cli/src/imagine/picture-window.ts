import type { Frames } from '@borealis/dataset';
import type { Film } from '@borealis/report';
import { differenceFrames, encodeFilm, sideBySide } from '@borealis/report';
import type { ImaginedWindow } from './imagine-window.ts';

/** Films are enlarged to about so many pixels a picture. */
const PICTURE_SIZE = 256;

/** Samples that are shown at most. */
const SHOWN_SAMPLES = 3;

/** What stands side by side: given, true, samples, these as one, uncertainty. */
export function panelsOf({ context, truth, samples, combined, uncertainty, brightest }: ImaginedWindow): {
  readonly label: string;
  readonly frames: Frames;
}[] {
  const panel = (label: string, frames: Frames | undefined) =>
    frames === undefined || frames.count === 0 ? [] : [{ label, frames }];
  const shown = samples.slice(0, SHOWN_SAMPLES);
  return [
    ...panel('given', context),
    ...panel('true', truth),
    ...shown.flatMap((frames, i) => panel(samples.length === 1 ? 'predicted' : `sample ${i + 1}`, frames)),
    ...(combined === undefined ? [] : panel(combined.name, combined.frames)),
    ...panel(`uncertainty, 0 to ${brightest}`, uncertainty),
    ...(truth === undefined
      ? []
      : panel('error of it x 2', differenceFrames(truth, combined?.frames ?? firstOf(samples), { gain: 2 }))),
  ];
}

/** All of them as one film, or those whose label `keep` accepts. */
export function filmOf(
  imagined: ImaginedWindow,
  { fps, keep = () => true }: { readonly fps: number; readonly keep?: (label: string) => boolean },
): Promise<Film> {
  const scale = Math.max(1, Math.round(PICTURE_SIZE / imagined.context.height));
  const panels = panelsOf(imagined).filter(({ label }) => keep(label));
  return encodeFilm(sideBySide(panels, { scale }), { fps });
}

/** Numbers of frames to look at, counted from 1: the last given one, and five of the others up to the last. */
export function stillsOf({ task: { contextFrames, frames } }: ImaginedWindow, count = 6): number[] {
  const first = Math.max(1, contextFrames);
  const all = Array.from({ length: count }, (_, i) =>
    Math.round(first + (i * (frames - first)) / (count - 1)),
  );
  return [...new Set(all)];
}

function firstOf(samples: readonly Frames[]): Frames {
  const [first] = samples;
  if (first === undefined) throw new RangeError('nothing was drawn');
  return first;
}
