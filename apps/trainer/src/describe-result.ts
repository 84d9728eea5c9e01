import type { LogValues } from '@borealis/training';
import type { TrainResult } from './train-settings.ts';

/** A result for people, in a few lines. */
export function describeResult(result: TrainResult): string {
  const { finished, step, steps, resumedFrom, train, before, evaluation, model, run, cluster } = result;
  const from = resumedFrom === 0 ? '' : `, from step ${resumedFrom}`;
  return [
    finished ? `${model}: ${step} steps${from}` : `${model}: stopped after step ${step} of ${steps}${from}`,
    ...(train === undefined ? [] : [`  training    ${valuesOf(train)}`]),
    ...(before === undefined ? [] : [`  before      ${valuesOf(before)}`]),
    ...(evaluation === undefined ? [] : [`  validation  ${valuesOf(evaluation)}`]),
    ...(cluster === undefined ? [] : [`  together    task ${cluster.task} of ${cluster.size}`]),
    ...(cluster === undefined || cluster.task === 0
      ? [`  saved in    ${run}${finished ? '' : '; --resume goes on'}`]
      : []),
  ].join('\n');
}

function valuesOf(values: LogValues): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ');
}
