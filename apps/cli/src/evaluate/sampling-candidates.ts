import type { Dataset } from '@borealis/dataset';
import type { Calibration } from '@borealis/ensemble';
import { createCalibration } from '@borealis/ensemble';
import type { FrameCandidate, FrameTask, FrameWindow, Windows } from '@borealis/evaluator';
import {
  autoencoderCeiling,
  baselineFrames,
  lastFrame,
  sampleCandidates,
  statesOfAnotherSegment,
  targetOf,
  tokenizerCeiling,
  tokenModelFrames,
  tuneBlurOn,
} from '@borealis/evaluator';
import type { FrameModel, FrameModels } from './frame-models.ts';
import type { SamplingSettings } from './sampling-settings.ts';
import { mainDrawing, sampleNumbers } from './sampling-settings.ts';

export interface SamplingCandidates {
  /** Baselines first, the first of them a copy. */
  readonly candidates: readonly FrameCandidate[];
  /** Grows while the first model's candidates predict; where it draws two samples or more. */
  readonly calibration?: Calibration;
}

/** Everything that is scored on the same windows: baselines, models, the first model with other states, ceilings. */
export async function samplingCandidates(options: {
  readonly models: FrameModels;
  /** What blurs are tuned on. */
  readonly training: Dataset;
  readonly windows: Windows;
  readonly task: FrameTask;
  readonly settings: SamplingSettings;
  readonly tell: (message: string) => void;
}): Promise<SamplingCandidates> {
  const { models, training, windows, task, settings, tell } = options;
  const [own, ...versus] = models.models;
  tell('tuning the blurred copy on training windows');
  const baselines = await baselineFrames(training, { ...task, everyFrame: settings.whole > 0 });
  const numbers = sampleNumbers(settings);
  const calibration = own?.kind === 'samples' && Math.max(...numbers) > 1 ? createCalibration() : undefined;
  const candidates = [...baselines];
  if (own !== undefined) {
    const blur = await blurOf(own, options);
    candidates.push(
      ...candidatesOf(own, settings, {
        ...(blur === undefined ? {} : { blur }),
        ...(calibration && {
          onMoments: (window, moments) => {
            calibration.add(moments, targetOf(window));
          },
        }),
      }),
    );
  }
  for (const model of versus) candidates.push(...candidatesOf(model, settings));
  if (own !== undefined && settings.shuffleStates) {
    tell('exchanging states');
    candidates.push(
      ...candidatesOf(own, { ...settings, whole: 0 }, { statesFor: await statesOfAnotherSegment(windows) }),
    );
  }
  candidates.push(...ceilingsOf(models));
  return { candidates, ...(calibration && { calibration }) };
}

/** The blur of a single sample that serves best on training windows. */
async function blurOf(
  model: FrameModel,
  { training, task, settings, tell }: Parameters<typeof samplingCandidates>[0],
): Promise<number | undefined> {
  if (model.kind !== 'samples') return undefined;
  const drawing = { ...mainDrawing(settings), samples: 1, whole: 0 };
  const { sigma } = await tuneBlurOn(training, task, async (window) => {
    tell(`tuning the blur of one sample: training frame ${window.start} of shard ${window.shard}`);
    for await (const sample of model.sampler.draw(window, drawing)) return lastFrame(sample);
    throw new RangeError('the sampler drew nothing');
  });
  return sigma;
}

function candidatesOf(
  model: FrameModel,
  settings: SamplingSettings,
  more: Pick<Parameters<typeof sampleCandidates>[0], 'blur' | 'statesFor' | 'onMoments'> = {},
): FrameCandidate[] {
  const { name } = model.facts;
  if (model.kind === 'samples') {
    const { sampler } = model;
    return sampleCandidates({
      ...{ model: name, sampler, numbers: sampleNumbers(settings), combination: settings.combination },
      ...{ drawing: mainDrawing(settings), ...more },
    });
  }
  const { statesFor } = more;
  const candidate = tokenModelFrames(name, model.predictor, model.tokenizer, {
    everyFrame: settings.whole > 0,
  });
  if (statesFor === undefined) return [candidate];
  const withOther = (window: FrameWindow) => candidate.predict({ ...window, states: statesFor(window) });
  return [{ name: `${name}, states of another segment`, predict: withOther }];
}

function ceilingsOf({ models, vae }: FrameModels): FrameCandidate[] {
  const token = models.find((model) => model.kind === 'tokens');
  return [
    ...(vae === undefined ? [] : [autoencoderCeiling(vae.vae)]),
    ...(token === undefined ? [] : [tokenizerCeiling(token.tokenizer)]),
  ];
}
