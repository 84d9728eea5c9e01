import type { FrameSummary } from '@borealis/evaluator';
import type { Report, Section } from '@borealis/report';
import type { PicturedSamples } from './sample-pictures.ts';
import { samplingTables } from './sampling-tables.ts';
import type { EvaluatedSampling, SamplingEvaluation } from './sampling.ts';

/** An evaluation as a page: tables, curves, films. */
export function samplingPage({ evaluation, pictured }: EvaluatedSampling): Report {
  const { task, all, settings, hashes, runs } = evaluation;
  const [steps] = settings.steps;
  return {
    title: 'Sampling track',
    subtitle: `frame ${task.frames} from ${task.contextFrames} frames and ${task.frames} states: ${all.windows} windows of ${all.segments} segments`,
    sections: [
      { kind: 'heading', text: 'Scores' },
      {
        kind: 'prose',
        paragraphs: [
          `PSNR is of the last frame, rounded to 8 bits. In brackets: 95 % intervals, bootstrapped over segments.`,
        ],
      },
      ...samplingTables(evaluation),
      ...curves(evaluation),
      ...calibration(evaluation),
      ...pictures(pictured, 'typical', 'Windows of different segments'),
      ...pictures(pictured, 'worst', 'The windows that are predicted worst'),
      { kind: 'heading', text: 'What was evaluated' },
      {
        kind: 'facts',
        facts: [
          ...runs.map(({ name, parameterCount, step, weights }) => ({
            name,
            value: `${parameterCount.toLocaleString('en')} parameters${step === null ? '' : `, ${step} steps`}, weights ${weights.slice(0, 16)}`,
          })),
          {
            name: 'drawn with',
            value: `${settings.solver}, ${steps} steps, seed ${settings.seed}, ${settings.precision}`,
          },
          ...Object.entries(hashes).map(([name, value]) => ({ name: `SHA-256 of ${name}`, value })),
        ],
      },
    ],
  };
}

function curves({ all, sweeps, task }: SamplingEvaluation): Section[] {
  const own = all.summaries.filter(({ setting, ceiling }) => setting?.blur === undefined && !ceiling);
  const overFrames = own.filter(({ psnrOfFrames }) => psnrOfFrames.length > 1);
  const samples = samplesOfModels(own);
  return [
    ...(samples.length === 0
      ? []
      : [
          {
            kind: 'lineChart',
            title: `PSNR of frame ${task.frames} over the number of samples averaged`,
            xLabel: 'samples',
            yLabel: 'dB',
            width: 'half',
            series: samples.map(([name, points]) => ({ name, points })),
          } satisfies Section,
        ]),
    ...sweeps.map(({ setting, points }): Section => ({
      kind: 'lineChart',
      title: `PSNR of frame ${task.frames} over ${setting === 'steps' ? 'steps' : 'the scale of guidance'}`,
      xLabel: setting === 'steps' ? 'steps' : 'scale',
      yLabel: 'dB',
      width: 'half',
      series: (points[0]?.summaries ?? []).map((first, i) => ({
        name: numberOf(first),
        points: points.map(({ value, summaries }) => [value, summaries[i]?.psnr.mean ?? NaN] as const),
      })),
    })),
    ...(overFrames.length === 0
      ? []
      : (['psnrOfFrames', 'ssimOfFrames'] as const).map((metric): Section => ({
          kind: 'lineChart',
          title: `${metric === 'psnrOfFrames' ? 'PSNR' : 'SSIM'} of every frame that is not given`,
          xLabel: 'frame',
          yLabel: metric === 'psnrOfFrames' ? 'dB' : 'SSIM',
          series: overFrames.map((summary) => ({
            name: summary.name,
            ...(summary.setting === undefined ? { style: 'dashed' as const } : {}),
            points: summary[metric].map(
              (value, i) => [task.frames - summary[metric].length + i + 1, value] as const,
            ),
          })),
        }))),
  ];
}

/** Of each model, PSNR over the number of samples. */
function samplesOfModels(
  summaries: readonly FrameSummary[],
): (readonly [name: string, points: readonly (readonly [number, number])[]])[] {
  const models = new Map<string, (readonly [number, number])[]>();
  for (const { setting, psnr } of summaries) {
    if (setting === undefined) continue;
    const name = `${setting.model}${setting.states === 'own' ? '' : ', states of another segment'}`;
    const points = models.get(name) ?? [];
    points.push([setting.samples, psnr.mean]);
    models.set(name, points);
  }
  return [...models].filter(([, points]) => points.length > 1);
}

function numberOf({ setting }: FrameSummary): string {
  const samples = setting?.samples ?? 1;
  return samples === 1 ? '1 sample' : `mean of ${samples}`;
}

function calibration({ calibration: found, task }: SamplingEvaluation): Section[] {
  if (found === undefined) return [];
  const most = Math.max(...found.bins.map(({ deviation, error }) => Math.max(deviation, error)));
  return [
    {
      kind: 'lineChart',
      title: `Uncertainty of frame ${task.frames} against its error`,
      xLabel: 'deviation that the samples predict',
      yLabel: 'error',
      note: `In steps of brightness, in bins of equally many pixels. Error over deviation ${found.errorOverDeviation.toFixed(2)}, rank correlation ${found.rankCorrelation.toFixed(2)}.`,
      series: [
        { name: 'measured', points: found.bins.map(({ deviation, error }) => [deviation, error] as const) },
        {
          name: 'calibrated',
          style: 'dashed',
          points: [
            [0, 0],
            [most, most],
          ],
        },
      ],
    },
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
