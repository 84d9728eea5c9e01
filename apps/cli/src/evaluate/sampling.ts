import { basename } from 'node:path';
import { openDataset } from '@borealis/dataset';
import type { FrameCandidate, FrameSummary } from '@borealis/evaluator';
import {
  baselineFrames,
  scoreFrames,
  summariseFrames,
  tokenizerCeiling,
  tokenModelFrames,
  WINDOW_FRAMES,
} from '@borealis/evaluator';
import { startBackend } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';
import { loadPredictor } from '../models/load-predictor.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';

export interface EvaluateSamplingOptions {
  /** Raw data that is predicted. */
  readonly data: string;
  /** Raw data that the blurred copy is tuned on. */
  readonly training: string;
  /** A trained token model, with its tokenizer. */
  readonly run?: string;
  readonly tokenizer?: string;
  readonly stride: number;
  readonly onProgress: (done: number, total: number) => void;
}

export interface SamplingEvaluation {
  readonly windows: number;
  readonly summaries: readonly FrameSummary[];
}

/** `borealis evaluate sampling`. */
export async function evaluateSampling(options: EvaluateSamplingOptions): Promise<SamplingEvaluation> {
  const { run, stride, onProgress } = options;
  const validation = await openDataset(options.data);
  const training = await openDataset(options.training);
  const model = run === undefined ? undefined : await tokenModel(run, options.tokenizer);
  try {
    const windows = validation.windows({ frames: WINDOW_FRAMES, stride, content: 'frames' });
    const candidates = [...(await baselineFrames(training)), ...(model?.candidates ?? [])];
    const scores = await scoreFrames({ windows, candidates, onProgress });
    return { windows: windows.count, summaries: scores.map(summariseFrames) };
  } finally {
    model?.dispose();
    await validation.close();
    await training.close();
  }
}

async function tokenModel(
  run: string,
  tokenizerPath: string | undefined,
): Promise<{ readonly candidates: readonly FrameCandidate[]; readonly dispose: () => void }> {
  if (tokenizerPath === undefined) {
    throw new CliError('invalid-option', 'a token model predicts tokens: give its --tokenizer, too');
  }
  await startBackend();
  const tokenizer = await loadTokenizer(tokenizerPath);
  const loaded = await loadPredictor(run);
  return {
    candidates: [tokenModelFrames(basename(run), loaded.predictor, tokenizer), tokenizerCeiling(tokenizer)],
    dispose: () => {
      loaded.dispose();
    },
  };
}
