import { openDataset } from '@borealis/dataset';
import type { CounterfactualSummary, FrameCandidate } from '@borealis/evaluator';
import {
  sampleCandidates,
  scoreCounterfactuals,
  summariseCounterfactuals,
  tokenModelFrames,
} from '@borealis/evaluator';
import { startBackend } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';
import type { FrameModel, FrameModels } from './frame-models.ts';
import { loadFrameModels } from './frame-models.ts';
import type { SamplingSettings } from './sampling-settings.ts';
import { mainDrawing } from './sampling-settings.ts';
import { someWindows } from './some-windows.ts';
import type { TokenRunFacts } from './token-recipe.ts';

export interface EvaluateCounterfactualsOptions {
  /** Raw data: in both the same contexts, then other actions. */
  readonly a: string;
  readonly b: string;
  /** Runs or model folders. */
  readonly runs: readonly string[];
  readonly vae?: string;
  readonly tokenizer?: string;
  /** Of each model that draws samples, the means of so many are scored. */
  readonly settings: SamplingSettings;
  /** Default: all. */
  readonly windows?: number;
  readonly onProgress: (message: string) => void;
}

export interface CounterfactualEvaluation {
  readonly frame: number;
  readonly windows: number;
  readonly summaries: readonly CounterfactualSummary[];
  readonly runs: readonly TokenRunFacts[];
}

/** `borealis evaluate counterfactuals`: whether what a model predicts follows what the robot does. */
export async function evaluateCounterfactuals(
  options: EvaluateCounterfactualsOptions,
): Promise<CounterfactualEvaluation> {
  const { runs, vae, tokenizer, settings, onProgress: tell } = options;
  await startBackend();
  const [a, b] = [await openDataset(options.a), await openDataset(options.b)];
  let loaded: FrameModels | undefined;
  try {
    loaded = await loadFrameModels(runs, {
      ...{ precision: settings.precision, tell },
      ...(vae === undefined ? {} : { vae }),
      ...(tokenizer === undefined ? {} : { tokenizer }),
    });
    const [first] = loaded.models;
    if (first === undefined) throw new CliError('nothing-to-evaluate', 'no run was given: --run RUN');
    const { contextFrames, frames } = first.task;
    const spec = { frames, stride: frames, content: 'frames' } as const; // both begin at the same frame
    const most = options.windows ?? Infinity;
    const windowsOf = (dataset: typeof a) => someWindows(dataset.windows(spec), most);
    const scores = await scoreCounterfactuals({
      ...{ a: windowsOf(a), b: windowsOf(b), contextFrames },
      candidates: loaded.models.flatMap((model) => candidatesOf(model, settings)),
      onProgress: (done, total) => {
        tell(`predicting: context ${done} of ${total}`);
      },
    });
    return {
      frame: frames,
      windows: scores[0]?.windows.length ?? 0,
      summaries: scores.map(summariseCounterfactuals),
      runs: loaded.models.map(({ facts }) => facts),
    };
  } finally {
    loaded?.dispose();
    await a.close();
    await b.close();
  }
}

function candidatesOf(model: FrameModel, settings: SamplingSettings): FrameCandidate[] {
  const { name } = model.facts;
  if (model.kind === 'tokens') return [tokenModelFrames(name, model.predictor, model.tokenizer)];
  return sampleCandidates({
    ...{ model: name, sampler: model.sampler, numbers: settings.samples, combination: settings.combination },
    drawing: { ...mainDrawing(settings), whole: 0 },
  });
}
