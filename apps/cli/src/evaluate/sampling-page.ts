import type { Report, Section } from '@borealis/report';
import type { RunCurves } from './run-curves.ts';
import type { PicturedSamples } from './sample-pictures.ts';
import { samplingCharts, trainingCharts } from './sampling-charts.ts';
import { samplingTables } from './sampling-tables.ts';
import type { EvaluatedSampling, SamplingEvaluation } from './sampling.ts';

export interface SamplingPageInput extends EvaluatedSampling {
  readonly curves: readonly RunCurves[];
}

/** An evaluation as one page. */
export function samplingPage(input: SamplingPageInput): Report {
  const { task, all, runs } = input.evaluation;
  const names = runs.length === 0 ? 'baselines' : runs.map(({ name }) => name).join(', ');
  return {
    title: `Sampling track: frame ${task.frames}`,
    subtitle: `${names} on ${all.windows} windows of ${all.segments} segments`,
    sections: samplingSections(input),
  };
}

/** What was predicted to look at, figures and curves, the training, what it was made from. */
export function samplingSections({ evaluation, pictured, curves }: SamplingPageInput): Section[] {
  const { task } = evaluation;
  const [scores, ...tables] = samplingTables(evaluation);
  return [
    ...pictures(pictured, 'typical', 'Windows of different segments'),
    { kind: 'heading', text: 'Figures' },
    {
      kind: 'prose',
      paragraphs: [
        `Of each window ${task.contextFrames} frames and the robot’s ${task.frames} states, past and future, are given. PSNR is of the last frame, rounded to 8 bits; of several samples, made into one before rounding. Their mean is nearer to the truth than each of them, and less sharp.`,
      ],
    },
    ...(scores === undefined ? [] : [scores]),
    ...samplingCharts(evaluation),
    ...tables,
    ...trainingCharts(curves),
    ...pictures(pictured, 'worst', 'The windows that are predicted worst'),
    { kind: 'heading', text: 'What it was made from' },
    { kind: 'facts', facts: factsOf(evaluation) },
  ];
}

function factsOf({ all, runs, settings, hashes }: SamplingEvaluation) {
  const [steps] = settings.steps;
  return [
    ...runs.map(({ name, parameterCount, step, weights }) => ({
      name,
      value: `${parameterCount.toLocaleString('en')} parameters, ${step} steps, weights ${weights.slice(0, 16)}`,
    })),
    ...(all.summaries.every(({ setting }) => setting === undefined)
      ? []
      : [
          {
            name: 'drawn with',
            value: `${settings.solver}, ${steps} steps, seed ${settings.seed}, ${settings.precision}`,
          },
        ]),
    ...Object.entries(hashes).map(([name, value]) => ({
      name: `SHA-256, ${name}`,
      value: value.slice(0, 16),
    })),
  ];
}

function pictures(
  pictured: readonly PicturedSamples[],
  kind: PicturedSamples['kind'],
  title: string,
): Section[] {
  const chosen = pictured.filter((window) => window.kind === kind);
  if (chosen.length === 0) return [];
  return [
    { kind: 'heading', text: title },
    { kind: 'films', films: chosen.map(({ label, film }) => ({ label, film })) },
    ...chosen.map(({ label, frames, rows }): Section => ({
      kind: 'images',
      caption: label,
      columns: frames.map((frame) => `frame ${frame}`),
      rows,
    })),
  ];
}
