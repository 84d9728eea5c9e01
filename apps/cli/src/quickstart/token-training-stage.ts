import { formatDuration } from '@borealis/report';
import { train } from '@borealis/trainer';
import type { LogValues, TrainingLog } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import { shippedModels } from '../models/shipped-models.ts';
import type { Beginning } from './plan.ts';
import { plan } from './plan.ts';
import type { Tell } from '../progress/stage-progress.ts';

/** Validation losses. */
export interface TrainingResult {
  readonly steps: number;
  /** Of the model that training started from; null where it started from scratch. */
  readonly before: LogValues | null;
  readonly after: LogValues | null;
}

/** Trains the ST-transformer, from scratch or the shipped one further; an interrupted training goes on. */
export async function trainTokenModel(options: {
  readonly tokens: { readonly training: string; readonly validation: string };
  readonly run: string;
  readonly beginning: Beginning;
  readonly tell: Tell;
  readonly signal: AbortSignal | undefined;
}): Promise<TrainingResult> {
  const { tokens, run, beginning, tell, signal } = options;
  const { learning, preset, validation } = plan.tokens;
  const result = await train({
    model: 'st-transformer',
    ...(beginning === 'scratch' ? { preset } : { from: shippedModels.stTransformer }),
    ...{ seed: plan.seed, data: tokens.training, run, resume: 'may' },
    training: learning[beginning].training,
    validation: { data: tokens.validation, ...validation },
    log: stepLines(tell),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!result.finished)
    throw new CliError(
      'interrupted',
      `interrupted after step ${result.step}: start again to go on from there`,
    );
  return { steps: result.steps, before: result.before ?? null, after: result.evaluation ?? null };
}

function stepLines(tell: Tell): TrainingLog {
  let [steps, first, began, validation] = [0, 0, performance.now(), ''];
  return {
    start: (start) => {
      [steps, first, began] = [start.steps, start.step, performance.now()];
    },
    train: (step, { loss = NaN }) => {
      const left = (((performance.now() - began) / 1000) * (steps - step)) / Math.max(1, step - first);
      tell(`step ${step} of ${steps}, loss ${loss.toFixed(3)}${validation}, ${formatDuration(left)} left`);
    },
    evaluation: (_, { loss = NaN }) => {
      validation = `, validation ${loss.toFixed(3)}`;
    },
    flush: () => undefined,
    close: () => undefined,
  };
}
