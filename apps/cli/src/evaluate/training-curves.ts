import type { LineSeries, Section } from '@borealis/report';
import type { MetricRecord } from '@borealis/training';
import type { RunCurves } from './run-curves.ts';

/** The codes of the challenge's vocabulary. */
const CODES = 64_000;

/** Loss and validation of each run while it was trained; nothing where nothing was logged. */
export function trainingCurves(runs: readonly RunCurves[]): Section[] {
  const charts = runs.flatMap(({ name, metrics }): Section[] => {
    const series = seriesOf(metrics);
    if (series.length === 0) return [];
    return [
      {
        kind: 'lineChart',
        ...(runs.length > 1 ? { width: 'half' as const } : {}),
        title: name,
        xLabel: 'step',
        yLabel: 'nats per token',
        series,
        references: [{ name: 'uniform', value: Math.log(CODES) }],
      },
    ];
  });
  if (charts.length === 0) return [];
  return [
    { kind: 'heading', text: 'Training' },
    {
      kind: 'prose',
      paragraphs: [
        'Training batches: all grids of a window. Validation: future grids alone, each from the true ones before it (teacher-forced), and from what was predicted before (autoregressive, on fewer windows).',
      ],
    },
    ...charts,
  ];
}

function seriesOf(metrics: readonly MetricRecord[]): LineSeries[] {
  const points = (kind: MetricRecord['kind'], metric: string) =>
    metrics
      .filter((record) => record.kind === kind && record.values[metric] !== undefined)
      .map((record): readonly [number, number] => [record.step, record.values[metric] ?? NaN]);
  const series: LineSeries[] = [
    { name: 'training batch', points: points('train', 'loss'), style: 'faint' },
    { name: 'validation, teacher-forced', points: points('validation', 'future') },
    { name: 'validation, autoregressive', points: points('validation', 'future_autoregressive') },
  ];
  return series.filter((line) => line.points.length > 0);
}
