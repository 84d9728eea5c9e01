import type { FloatFrames, FrameMoments } from '@borealis/ensemble';
import { createFrameMoments, gaussianBlur } from '@borealis/ensemble';
import type { FrameCandidate, FrameWindow, SampleSetting } from './frame-candidate.ts';
import type { DrawFramesOptions, FrameSampler } from './frame-sampler.ts';
import { lastFrame } from './last-frame.ts';

export interface SampleCandidatesOptions {
  /** Whose samples they are. */
  readonly model: string;
  readonly sampler: FrameSampler;
  /** A candidate for each: the mean of the first so many samples. As many as the largest are drawn, once a window. */
  readonly numbers: readonly number[];
  readonly drawing: Omit<DrawFramesOptions, 'samples'>;
  /** Blur the first sample's last frame by so many pixels: one more candidate. */
  readonly blur?: number;
  /** States in place of the window's own. */
  readonly statesFor?: (window: FrameWindow) => Float32Array;
  /** Told of the last frames of each window's samples, after the last one. */
  readonly onMoments?: (window: FrameWindow, moments: FrameMoments) => void;
}

/** Means of 1, 2, … n samples of one model in one setting. They share the samples of a window, which the first asked draws. */
export function sampleCandidates(options: SampleCandidatesOptions): FrameCandidate[] {
  const { model, numbers, drawing, blur, statesFor } = options;
  const { steps, guidanceScale, solver } = drawing;
  let latest: { readonly window: FrameWindow; readonly drawn: Promise<Drawn> } | undefined;
  const drawnFor = (window: FrameWindow): Promise<Drawn> => {
    if (latest?.window !== window) latest = { window, drawn: draw(options, window) };
    return latest.drawn;
  };
  const setting: Omit<SampleSetting, 'samples'> = {
    ...{ model, steps, guidanceScale, solver },
    states: statesFor === undefined ? 'own' : 'shuffled',
  };
  const means = numbers.map((samples): FrameCandidate => ({
    name: nameOf({ ...setting, samples }),
    setting: { ...setting, samples },
    predict: async (window) => meanOf(await drawnFor(window), samples),
  }));
  if (blur === undefined) return means;
  const blurred = { ...setting, samples: 1, blur };
  return [
    ...means,
    {
      name: nameOf(blurred),
      setting: blurred,
      predict: async (window) => gaussianBlur((await drawnFor(window)).first, blur),
    },
  ];
}

/** "run, mean of 5"; the way of drawing is told by the table that the name stands in. */
function nameOf({ model, samples, states, blur }: SampleSetting): string {
  const what = samples === 1 ? '1 sample' : `mean of ${samples}`;
  const blurred = blur === undefined ? '' : `, blurred (σ ${blur} px)`;
  return `${model}, ${what}${blurred}${states === 'own' ? '' : ', states of another segment'}`;
}

interface Drawn {
  /** Last frame of the first sample. */
  readonly first: FloatFrames;
  readonly means: ReadonlyMap<number, FloatFrames>;
}

async function draw(options: SampleCandidatesOptions, window: FrameWindow): Promise<Drawn> {
  const { sampler, numbers, drawing, statesFor, onMoments } = options;
  const samples = Math.max(...numbers);
  const told = statesFor === undefined ? window : { ...window, states: statesFor(window) };
  const lasts = createFrameMoments();
  const wholes = createFrameMoments();
  const means = new Map<number, FloatFrames>();
  let first: FloatFrames | undefined;
  for await (const sample of sampler.draw(told, { ...drawing, samples })) {
    const last = lastFrame(sample);
    first ??= last;
    lasts.add(last);
    const isWhole = lasts.samples <= drawing.whole;
    if (isWhole) wholes.add(sample);
    if (numbers.includes(lasts.samples)) means.set(lasts.samples, (isWhole ? wholes : lasts).result());
  }
  if (first === undefined) throw new RangeError('the sampler drew nothing');
  onMoments?.(window, lasts.state());
  return { first, means };
}

function meanOf({ means }: Drawn, samples: number): FloatFrames {
  const mean = means.get(samples);
  if (mean !== undefined) return mean;
  throw new RangeError(`the sampler drew fewer samples than ${samples}`);
}
