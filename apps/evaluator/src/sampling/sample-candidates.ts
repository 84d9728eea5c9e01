import type { Combination, FloatFrames, FrameMoments } from '@borealis/ensemble';
import { createCombination, createFrameMoments, gaussianBlur } from '@borealis/ensemble';
import type { FrameCandidate, FrameWindow, SampleSetting } from './frame-candidate.ts';
import type { DrawFramesOptions, FrameSampler } from './frame-sampler.ts';
import { lastFrame } from './last-frame.ts';

export interface SampleCandidatesOptions {
  /** Whose samples they are. */
  readonly model: string;
  readonly sampler: FrameSampler;
  /** A candidate for each: the first so many samples as one. As many as the largest are drawn, once a window. */
  readonly numbers: readonly number[];
  /** How they become one. Default `mean`. */
  readonly combination?: Combination;
  readonly drawing: Omit<DrawFramesOptions, 'samples'>;
  /** Blur the first sample's last frame by so many pixels: one more candidate. */
  readonly blur?: number;
  /** States in place of the window's own. */
  readonly statesFor?: (window: FrameWindow) => Float32Array;
  /** Told of the last frames of each window's samples, after the last one. */
  readonly onMoments?: (window: FrameWindow, moments: FrameMoments) => void;
}

/** 1, 2, … n samples of one model in one setting, as one frame. They share the samples of a window, which the first asked draws. */
export function sampleCandidates(options: SampleCandidatesOptions): FrameCandidate[] {
  const { model, numbers, combination = 'mean', drawing, blur, statesFor } = options;
  const { steps, guidanceScale, solver } = drawing;
  let latest: { readonly window: FrameWindow; readonly drawn: Promise<Drawn> } | undefined;
  const drawnFor = (window: FrameWindow): Promise<Drawn> => {
    if (latest?.window !== window) latest = { window, drawn: draw(options, window) };
    return latest.drawn;
  };
  const setting: Omit<SampleSetting, 'samples'> = {
    ...{ model, combination, steps, guidanceScale, solver },
    states: statesFor === undefined ? 'own' : 'shuffled',
  };
  const combined = numbers.map((samples): FrameCandidate => ({
    name: nameOf({ ...setting, samples }),
    setting: { ...setting, samples },
    predict: async (window) => ofSamples(await drawnFor(window), samples),
  }));
  if (blur === undefined) return combined;
  const blurred = { ...setting, samples: 1, blur };
  return [
    ...combined,
    {
      name: nameOf(blurred),
      setting: blurred,
      predict: async (window) => gaussianBlur((await drawnFor(window)).first, blur),
    },
  ];
}

/** "run, mean of 5"; the way of drawing is told by the table that the name stands in. */
function nameOf({ model, states, blur, ...setting }: SampleSetting): string {
  const what = samplesAsOne(setting);
  const blurred = blur === undefined ? '' : `, blurred (σ ${blur} px)`;
  return `${model}, ${what}${blurred}${states === 'own' ? '' : ', states of another segment'}`;
}

/** "1 sample", "mean of 5", "trimmed mean of 20" */
export function samplesAsOne({
  samples,
  combination,
}: Pick<SampleSetting, 'samples' | 'combination'>): string {
  return samples === 1 ? '1 sample' : `${combination.replace('-', ' ')} of ${samples}`;
}

interface Drawn {
  /** Last frame of the first sample. */
  readonly first: FloatFrames;
  readonly combined: ReadonlyMap<number, FloatFrames>;
}

async function draw(options: SampleCandidatesOptions, window: FrameWindow): Promise<Drawn> {
  const { sampler, numbers, combination = 'mean', drawing, statesFor, onMoments } = options;
  const samples = Math.max(...numbers);
  const told = statesFor === undefined ? window : { ...window, states: statesFor(window) };
  const moments = createFrameMoments();
  const [lasts, wholes] = [createCombination(combination), createCombination(combination)];
  const combined = new Map<number, FloatFrames>();
  let first: FloatFrames | undefined;
  for await (const sample of sampler.draw(told, { ...drawing, samples })) {
    const last = lastFrame(sample);
    first ??= last;
    lasts.add(last);
    if (onMoments !== undefined) moments.add(last);
    const isWhole = lasts.samples <= drawing.whole;
    if (isWhole) wholes.add(sample);
    if (numbers.includes(lasts.samples)) combined.set(lasts.samples, (isWhole ? wholes : lasts).result());
  }
  if (first === undefined) throw new RangeError('the sampler drew nothing');
  onMoments?.(window, moments.state());
  return { first, combined };
}

function ofSamples({ combined }: Drawn, samples: number): FloatFrames {
  const frame = combined.get(samples);
  if (frame !== undefined) return frame;
  throw new RangeError(`the sampler drew fewer samples than ${samples}`);
}
