import type { FrameCandidateScores, FrameSummary, Windows } from '@borealis/evaluator';
import { sampleCandidates, scoreFrames, summariseFrames } from '@borealis/evaluator';
import type { FrameModel } from './frame-models.ts';
import type { SamplingSettings } from './sampling-settings.ts';
import { mainDrawing, sweepNumbers } from './sampling-settings.ts';

/** One setting changed, the others as they are. */
export interface SettingSweep {
  readonly setting: 'steps' | 'guidance';
  readonly windows: number;
  /** In rising order of `value`; a summary for each number of samples. */
  readonly points: readonly { readonly value: number; readonly summaries: readonly FrameSummary[] }[];
}

/** Other numbers of steps, other scales of guidance, on the same windows and from the same noise. */
export async function sweepSettings(options: {
  readonly model: Extract<FrameModel, { readonly kind: 'samples' }>;
  readonly windows: Windows;
  /** Of all candidates on all windows: what the main setting scored isn't drawn again. */
  readonly scores: readonly FrameCandidateScores[];
  readonly settings: SamplingSettings;
  readonly tell: (message: string) => void;
}): Promise<SettingSweep[]> {
  const { model, windows, scores, settings, tell } = options;
  const { name } = model.facts;
  const { combination } = settings;
  const numbers = sweepNumbers(settings);
  const main = mainDrawing(settings);
  const subset = evenly(windows, settings.sweep.windows);
  const mainSummaries = numbers.flatMap((samples) => {
    const score = scores.find(
      ({ setting }) =>
        setting?.model === name &&
        setting.samples === samples &&
        setting.states === 'own' &&
        setting.blur === undefined,
    );
    if (score === undefined) return [];
    const frames = score.frames.filter(({ window }) => subset.numbers.includes(window));
    return [summariseFrames({ ...score, frames })];
  });

  async function point(change: Partial<typeof main>, what: string): Promise<readonly FrameSummary[]> {
    const drawing = { ...main, whole: 0, ...change };
    const scored = await scoreFrames({
      windows: subset,
      candidates: sampleCandidates({ model: name, sampler: model.sampler, numbers, combination, drawing }),
      onProgress: (done, total) => {
        tell(`${what}: window ${done} of ${total}`);
      },
    });
    return scored.map(summariseFrames);
  }

  const sweeps: SettingSweep[] = [];
  const [mainSteps, ...otherSteps] = settings.steps;
  const [mainScale, ...otherScales] = settings.guidance;
  for (const [setting, first, others, changeOf] of [
    ['steps', mainSteps, otherSteps, (steps: number) => ({ steps })],
    ['guidance', mainScale, otherScales, (guidanceScale: number) => ({ guidanceScale })],
  ] as const) {
    if (first === undefined || others.length === 0) continue;
    const points = [{ value: first, summaries: mainSummaries }];
    for (const value of others)
      points.push({ value, summaries: [...(await point(changeOf(value), `${setting} ${value}`))] });
    points.sort((a, b) => a.value - b.value);
    sweeps.push({ setting, windows: subset.count, points });
  }
  return sweeps;
}

function evenly(windows: Windows, most: number): Windows & { readonly numbers: readonly number[] } {
  const count = Math.min(windows.count, most);
  const numbers = Array.from({ length: count }, (_, i) => Math.floor((i * windows.count) / count));
  return { count, numbers, at: (i) => windows.at(numbers[i] ?? 0) };
}
