import { join } from 'node:path';
import { formatDuration } from '@borealis/report';
import type { TrainSettings } from '@borealis/trainer';
import { train } from '@borealis/trainer';
import type { LogValues, MetricRecord, TrainingLog } from '@borealis/training';
import { readMetrics } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import type { Tell } from '../progress/stage-progress.ts';

/** Validation of the model before and after its training. */
export interface TrainingResult {
  readonly steps: number;
  /** Of the model that training started from; null where it started from scratch. */
  readonly before: LogValues | null;
  readonly after: LogValues | null;
}

/**
 * Trains a model as a stage; an interrupted training goes on.
 *
 * @throws CliError `interrupted` where the start was told to end; what `train` throws
 */
export async function trainingStage(
  settings: Omit<TrainSettings, 'resume'>,
  { tell, signal }: { readonly tell: Tell; readonly signal: AbortSignal | undefined },
): Promise<TrainingResult> {
  const log = stepLines(tell);
  const result = await train({
    ...settings,
    resume: 'may',
    log,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!result.finished)
    throw new CliError(
      'interrupted',
      `interrupted after step ${result.step}: start again to go on from there`,
    );
  return { steps: result.steps, ...(await validationsOf(settings.run)) };
}

/** The first validation where training began at given weights, and the last, whichever start has made them. */
async function validationsOf(run: string): Promise<Pick<TrainingResult, 'before' | 'after'>> {
  const validations = (await readMetrics(join(run, 'metrics.jsonl'))).filter(
    ({ kind }) => kind === 'validation',
  );
  const valuesOf = (record: MetricRecord | undefined): LogValues | null =>
    record === undefined
      ? null
      : Object.fromEntries(Object.entries(record.values).map(([name, value]) => [name, value ?? NaN]));
  return {
    before: valuesOf(validations.find(({ step }) => step === 0)),
    after: valuesOf(validations.at(-1)),
  };
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
