import type { FrameSummary } from '@borealis/evaluator';
import { samplesAsOne } from '@borealis/evaluator';
import type { TableColumn, TableSection } from '@borealis/report';
import type { SamplingFigures } from './sampling-figures.ts';
import type { SamplingEvaluation } from './sampling.ts';
import type { SettingSweep } from './sampling-sweeps.ts';

/** All tables of an evaluation, for a terminal, a page or a document. */
export function samplingTables(evaluation: SamplingEvaluation): TableSection[] {
  const { all, groups, sweeps } = evaluation;
  return [
    ...[all, ...groups].flatMap((figures) => [
      scoreTable(figures, evaluation),
      ...(figures.differences.length === 0 ? [] : [differenceTable(figures)]),
    ]),
    ...perceptualTable(evaluation),
    ...sweeps.map(sweepTable),
    ...calibrationTable(evaluation),
  ];
}

const INTERVALS = 'In brackets: 95 % intervals, bootstrapped over segments.';

function scoreTable(figures: SamplingFigures, { task, settings }: SamplingEvaluation): TableSection {
  const { name, windows, segments, summaries } = figures;
  const msSsim: TableColumn[] = summaries.some((summary) => summary.msSsim !== undefined)
    ? [{ key: 'msSsim', title: 'MS-SSIM', digits: 3, best: 'highest' }]
    : [];
  const allFrames: TableColumn[] = summaries.some((summary) => summary.psnrOfFrames.length > 1)
    ? [{ key: 'mean', title: 'all frames', unit: 'dB', best: 'highest' }]
    : [];
  const { solver, steps, guidance, seed } = settings;
  const drawn = `Samples: ${solver}, ${steps[0] ?? ''} steps, guidance ${guidance[0] ?? ''}, seed ${seed}. `;
  return {
    kind: 'table',
    caption: `Frame ${task.frames}, ${name}: ${windows} windows of ${segments} segments`,
    columns: [
      { key: 'name', title: 'predictor' },
      { key: 'psnr', title: 'PSNR', unit: 'dB', best: 'highest' },
      { key: 'pooled', title: 'pooled', unit: 'dB', best: 'highest' },
      { key: 'ssim', title: 'SSIM', digits: 3, best: 'highest' },
      ...msSsim,
      ...allFrames,
    ],
    rows: summaries.map((summary) => ({
      reference: summary.ceiling,
      cells: {
        name: summary.name,
        psnr: summary.psnr,
        pooled: summary.pooledPsnr.mean,
        ssim: summary.ssim,
        msSsim: summary.msSsim ?? null,
        mean: meanOfFrames(summary),
      },
    })),
    note: `${summaries.some(({ setting }) => setting !== undefined) ? drawn : ''}${INTERVALS}`,
  };
}

/** Where every frame was predicted. */
function meanOfFrames({ psnrOfFrames }: FrameSummary): number | null {
  if (psnrOfFrames.length < 2) return null;
  return psnrOfFrames.reduce((sum, value) => sum + value, 0) / psnrOfFrames.length;
}

function differenceTable({ name, differences }: SamplingFigures): TableSection {
  return {
    kind: 'table',
    caption: `Differences on the same windows, ${name}`,
    columns: [
      { key: 'first', title: 'first' },
      { key: 'second', title: 'second' },
      { key: 'psnr', title: 'first − second', unit: 'dB' },
      { key: 'clear', title: 'excludes 0' },
    ],
    rows: differences.map(({ first, second, psnr }) => ({
      cells: { first, second, psnr, clear: psnr.excludesZero ? 'yes' : 'no' },
    })),
  };
}

function perceptualTable({ perceptual, all, task }: SamplingEvaluation): TableSection[] {
  if (perceptual === undefined) return [];
  const has = (key: 'lpips' | 'fid') => perceptual.some((figures) => figures[key] !== undefined);
  return [
    {
      kind: 'table',
      caption: `How frame ${task.frames} looks`,
      columns: [
        { key: 'name', title: 'predictor' },
        ...(has('lpips')
          ? [{ key: 'lpips', title: 'LPIPS', digits: 3, best: 'lowest' } satisfies TableColumn]
          : []),
        ...(has('fid')
          ? [{ key: 'fid', title: 'FID', digits: 1, best: 'lowest' } satisfies TableColumn]
          : []),
      ],
      rows: perceptual.map(({ name, lpips, fid }) => ({
        cells: { name, lpips: lpips ?? null, fid: fid ?? null },
        reference: all.summaries.some((summary) => summary.name === name && summary.ceiling),
      })),
      ...(has('fid') ? { note: `FID of ${all.windows} frames: far too large where these are few.` } : {}),
    },
  ];
}

const SWEEP_NAMES = { steps: 'steps of the solver', guidance: 'scale of guidance' } as const;

function sweepTable({ setting, windows, points }: SettingSweep): TableSection {
  const settings = points[0]?.summaries.flatMap((summary) => summary.setting ?? []) ?? [];
  return {
    kind: 'table',
    caption: `The ${SWEEP_NAMES[setting]}, on ${windows} windows`,
    columns: [
      { key: 'value', title: SWEEP_NAMES[setting], digits: setting === 'steps' ? 0 : 1 },
      ...settings.map((each): TableColumn => ({
        key: `${each.samples}`,
        title: samplesAsOne(each),
        unit: 'dB',
        best: 'highest',
      })),
    ],
    rows: points.map(({ value, summaries }) => ({
      cells: {
        value,
        ...Object.fromEntries(summaries.map(({ setting, psnr }) => [`${setting?.samples ?? 1}`, psnr])),
      },
    })),
  };
}

function calibrationTable({ calibration, task }: SamplingEvaluation): TableSection[] {
  if (calibration === undefined) return [];
  return [
    {
      kind: 'table',
      caption: `Spread of the samples against the error of their mean, frame ${task.frames}`,
      columns: [
        { key: 'ratio', title: 'error / deviation' },
        { key: 'off', title: 'calibration error', unit: 'steps of 255' },
        { key: 'rank', title: 'rank correlation' },
      ],
      rows: [
        {
          cells: {
            ratio: calibration.errorOverDeviation,
            off: calibration.expectedCalibrationError,
            rank: calibration.rankCorrelation,
          },
        },
      ],
    },
  ];
}
