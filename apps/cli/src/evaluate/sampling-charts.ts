import type { FrameSummary } from '@borealis/evaluator';
import { samplesAsOne } from '@borealis/evaluator';
import type { Section } from '@borealis/report';
import type { RunCurves } from './run-curves.ts';
import type { SamplingEvaluation } from './sampling.ts';
import type { SettingSweep } from './sampling-sweeps.ts';

/** All plots of an evaluation. */
export function samplingCharts(evaluation: SamplingEvaluation): Section[] {
  const { all, sweeps, task } = evaluation;
  return [
    {
      kind: 'barChart',
      title: `PSNR of frame ${task.frames}`,
      valueLabel: 'dB',
      mark: 'dot',
      bars: all.summaries.map(({ name, psnr, ceiling }) => ({ name, value: psnr, reference: ceiling })),
    },
    ...overSamples(evaluation),
    ...sweeps.map((sweep) => overSetting(sweep, task.frames)),
    ...overFrames(evaluation),
    ...reliability(evaluation),
  ];
}

/** Loss, and PSNR of drawn futures, of each run while it was trained; nothing where nothing was logged. */
export function trainingCharts(runs: readonly RunCurves[]): Section[] {
  const points = ({ metrics }: RunCurves, kind: 'train' | 'validation', metric: string) =>
    metrics
      .filter((record) => record.kind === kind && record.values[metric] !== undefined)
      .map((record): readonly [number, number] => [record.step, record.values[metric] ?? NaN]);
  const charts = runs.flatMap((run): Section[] => {
    const losses = [
      { name: 'training batch', points: points(run, 'train', 'loss'), style: 'faint' as const },
      { name: 'validation', points: points(run, 'validation', 'loss') },
    ].filter((line) => line.points.length > 0);
    const psnr = points(run, 'validation', 'psnr');
    const chart = { kind: 'lineChart', width: 'half', xLabel: 'step' } as const;
    return [
      ...(losses.length === 0
        ? []
        : [{ ...chart, title: `Loss of ${run.name}`, yLabel: 'squared velocity', series: losses }]),
      ...(psnr.length === 0
        ? []
        : [
            {
              ...chart,
              title: `Drawn futures of ${run.name}`,
              yLabel: 'dB',
              series: [{ name: 'PSNR of the last frame', points: psnr }],
            },
          ]),
    ];
  });
  return charts.length === 0 ? [] : [{ kind: 'heading', text: 'Training' }, ...charts];
}

function isOwn({ setting, ceiling }: FrameSummary): boolean {
  return setting?.blur === undefined && !ceiling;
}

/** Of each model, PSNR over the number of samples. */
function overSamples({ all, task }: SamplingEvaluation): Section[] {
  const models = new Map<string, (readonly [number, number])[]>();
  for (const { setting, psnr } of all.summaries.filter(isOwn)) {
    if (setting === undefined) continue;
    const name = `${setting.model}${setting.states === 'own' ? '' : ', states of another segment'}`;
    const points = models.get(name) ?? [];
    points.push([setting.samples, psnr.mean]);
    models.set(name, points);
  }
  const series = [...models]
    .filter(([, points]) => points.length > 1)
    .map(([name, points]) => ({ name, points }));
  if (series.length === 0) return [];
  return [
    {
      kind: 'lineChart',
      title: `Frame ${task.frames} over the number of samples in one`,
      xLabel: 'samples',
      yLabel: 'dB',
      width: 'half',
      series,
    },
  ];
}

function overSetting({ setting, points }: SettingSweep, frame: number): Section {
  const settings = points[0]?.summaries.flatMap((summary) => summary.setting ?? []) ?? [];
  return {
    kind: 'lineChart',
    title: `Frame ${frame} over ${setting === 'steps' ? 'steps of the solver' : 'the scale of guidance'}`,
    xLabel: setting === 'steps' ? 'steps' : 'scale',
    yLabel: 'dB',
    width: 'half',
    series: settings.map((each, i) => ({
      name: samplesAsOne(each),
      points: points.map(({ value, summaries }) => [value, summaries[i]?.psnr.mean ?? NaN] as const),
    })),
  };
}

/** Of what was predicted in every frame. */
function overFrames({ all, task }: SamplingEvaluation): Section[] {
  const whole = all.summaries.filter((summary) => isOwn(summary) && summary.psnrOfFrames.length > 1);
  if (whole.length === 0) return [];
  return (['psnrOfFrames', 'ssimOfFrames'] as const).map((metric): Section => ({
    kind: 'lineChart',
    title: `${metric === 'psnrOfFrames' ? 'PSNR' : 'SSIM'} of every frame that is not given`,
    xLabel: 'frame',
    yLabel: metric === 'psnrOfFrames' ? 'dB' : '',
    series: whole.map((summary) => ({
      name: summary.name,
      ...(summary.setting === undefined ? { style: 'dashed' as const } : {}),
      points: summary[metric].map(
        (value, i) => [task.frames - summary[metric].length + i + 1, value] as const,
      ),
    })),
  }));
}

function reliability({ calibration, task }: SamplingEvaluation): Section[] {
  if (calibration === undefined) return [];
  const { bins, errorOverDeviation, rankCorrelation } = calibration;
  const most = Math.max(...bins.flatMap(({ deviation, error }) => [deviation, error]));
  return [
    {
      kind: 'lineChart',
      title: `Uncertainty of frame ${task.frames} against its error`,
      xLabel: 'deviation that the samples predict',
      yLabel: 'error',
      note: `In steps of brightness, in bins of equally many pixels. Error over deviation ${errorOverDeviation.toFixed(2)}, rank correlation ${rankCorrelation.toFixed(2)}.`,
      series: [
        { name: 'measured', points: bins.map(({ deviation, error }) => [deviation, error] as const) },
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
