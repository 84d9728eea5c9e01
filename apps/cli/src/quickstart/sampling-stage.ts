import type { Dataset } from '@borealis/dataset';
import type { FrameSummary } from '@borealis/evaluator';
import {
  baselineFrames,
  frameDifference,
  scoreFrames,
  summariseFrames,
  tokenizerCeiling,
  tokenModelFrames,
  WINDOW_FRAMES,
} from '@borealis/evaluator';
import type { TokenPredictor } from '@borealis/training';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import type { NamedDifference } from './compression-stage.ts';
import { MODEL } from './compression-stage.ts';
import type { Tell } from './stage.ts';

export interface SamplingResult {
  readonly windows: number;
  readonly summaries: readonly FrameSummary[];
  /** Model − other in dB on the same windows: above 0 where the model is better. */
  readonly differences: readonly NamedDifference[];
}

/** The sampling track: frame 77 from 17 frames and 77 states, PSNR against copies, means and blurs. */
export async function evaluateSampling(options: {
  readonly training: Dataset;
  readonly validation: Dataset;
  readonly predictor: TokenPredictor;
  readonly tokenizer: BlockFsqWeights;
  readonly stride: number;
  readonly tell: Tell;
}): Promise<SamplingResult> {
  const { training, validation, predictor, tokenizer, stride, tell } = options;
  tell('tuning the blurred copy on training windows');
  const baselines = await baselineFrames(training);
  const windows = validation.windows({ frames: WINDOW_FRAMES, stride, content: 'frames' });
  const scores = await scoreFrames({
    windows,
    candidates: [...baselines, tokenModelFrames(MODEL, predictor, tokenizer), tokenizerCeiling(tokenizer)],
    onProgress: (done, total) => {
      tell(`window ${done} of ${total}`);
    },
  });
  const own = scores.find(({ name }) => name === MODEL);
  if (own === undefined) throw new Error('the model was not scored');
  return {
    windows: windows.count,
    summaries: scores.map(summariseFrames),
    differences: scores
      .filter((other) => other !== own && !other.ceiling)
      .map((other) => ({ name: other.name, difference: frameDifference(own, other) })),
  };
}
