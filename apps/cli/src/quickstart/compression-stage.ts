import type { Dataset } from '@borealis/dataset';
import type { TokenSummary } from '@borealis/evaluator';
import {
  baselineCandidates,
  modelCandidate,
  scoreTokens,
  statesOfAnotherSegment,
  summariseTokens,
  tokenDifference,
} from '@borealis/evaluator';
import type { PairedDifference } from '@borealis/metrics';
import type { TokenPredictor } from '@borealis/training';
import type { Tell } from './stage.ts';

export interface NamedDifference {
  readonly name: string;
  readonly difference: PairedDifference;
}

export interface CompressionResult {
  readonly windows: number;
  readonly segments: number;
  readonly summaries: readonly TokenSummary[];
  /** Model − other in teacher-forced cross-entropy, nats per token: below 0 where the model is better. */
  readonly differences: readonly NamedDifference[];
}

export const MODEL = 'ST-transformer';
const SHUFFLED = `${MODEL}, states of another segment`;

/** The compression track on every validation window: the model against all baselines, and with wrong states. */
export async function evaluateCompression(options: {
  readonly training: Dataset;
  readonly validation: Dataset;
  readonly predictor: TokenPredictor;
  readonly spec: { readonly frames: number; readonly stride: number; readonly content: 'tokens' | 'frames' };
  readonly tell: Tell;
}): Promise<CompressionResult> {
  const { training, validation, predictor, spec, tell } = options;
  const { classes, contextGrids, grids } = predictor;
  tell('fitting the baselines');
  const baselines = await baselineCandidates({ training, classes, contextGrids, grids });
  const windows = validation.windows(spec);
  const statesFor = await statesOfAnotherSegment(windows);
  const onProgress = (done: number, total: number) => {
    tell(`window ${done} of ${total}`);
  };
  const model = modelCandidate({ name: MODEL, predictor, classes });
  const shuffled = modelCandidate({
    name: SHUFFLED,
    predictor,
    classes,
    statesFor,
    modes: ['teacher-forced'],
  });
  const scores = await scoreTokens({
    windows,
    candidates: [...baselines, model, shuffled],
    modes: ['teacher-forced', 'autoregressive'],
    onProgress,
  });
  const forced = scores.filter(({ mode }) => mode === 'teacher-forced');
  const own = forced.find(({ name }) => name === MODEL);
  if (own === undefined) throw new Error('the model was not scored');
  return {
    windows: windows.count,
    segments: new Set(own.grids.map(({ segment }) => segment)).size,
    summaries: scores.map(summariseTokens),
    differences: forced
      .filter((other) => other !== own)
      .map((other) => ({ name: other.name, difference: tokenDifference(own, other) })),
  };
}
