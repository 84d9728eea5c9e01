import type { PredictionMode, TokenSummary } from '@borealis/evaluator';
import type { CellValue, TableColumn, TableRow, TableSection } from '@borealis/report';
import type { CompressionEvaluation } from './compression.ts';
import type { CompressionFigures } from './compression-figures.ts';

const NAME: TableColumn = { key: 'name', title: 'predictor' };
const MODE: TableColumn = { key: 'mode', title: 'grids before' };

const INTERVALS = 'In brackets 95 % intervals, bootstrapped over segments.';
const TOP_500 =
  'Top-500 by Borealis’ definition: a miss scores what is left over, spread over all other codes; renormalised: over the 500 alone.';

/** An evaluation as tables: what a terminal, a page and the docs show. */
export function compressionTables(evaluation: CompressionEvaluation): TableSection[] {
  const { all, groups } = evaluation;
  return [
    ...[all, ...groups].map(crossEntropyTable),
    hitTable(all),
    gridTable(all),
    ...[all, ...groups].flatMap(differenceTable),
    ...[all, ...groups].flatMap((figures) => decodedTable(figures, evaluation)),
    ...decodedDifferenceTable(all),
    modelTable(evaluation),
    dataTable(evaluation),
  ];
}

function crossEntropyTable(figures: CompressionFigures): TableSection {
  return {
    kind: 'table',
    caption: `Future tokens, ${span(figures)}`,
    columns: [
      NAME,
      MODE,
      { key: 'crossEntropy', title: 'cross-entropy', unit: 'nats', digits: 3 },
      { key: 'top500', title: 'top-500', unit: 'nats', digits: 3 },
      { key: 'renormalised', title: 'renormalised', unit: 'nats', digits: 3 },
    ],
    rows: figures.summaries.map((summary) => ({
      cells: {
        ...named(summary),
        crossEntropy: summary.crossEntropy,
        top500: summary.topKCrossEntropy,
        renormalised: summary.renormalisedCrossEntropy,
      },
    })),
    note: `${INTERVALS} ${TOP_500}`,
  };
}

function hitTable(figures: CompressionFigures): TableSection {
  const percent = ({ mean, low, high }: TokenSummary['hitRate']) => ({
    mean: mean * 100,
    low: low * 100,
    high: high * 100,
  });
  return {
    kind: 'table',
    caption: `Perplexity and hits, ${span(figures)}`,
    columns: [
      NAME,
      MODE,
      { key: 'perplexity', title: 'perplexity', digits: 1 },
      { key: 'hitRate', title: 'true code among 500', unit: '%', digits: 1 },
      { key: 'accuracy', title: 'likeliest code right', unit: '%', digits: 1 },
    ],
    rows: figures.summaries.map((summary) => ({
      cells: {
        ...named(summary),
        perplexity: summary.perplexity,
        hitRate: percent(summary.hitRate),
        accuracy: percent(summary.accuracy),
      },
    })),
    note: INTERVALS,
  };
}

function gridTable(figures: CompressionFigures): TableSection {
  const grids = figures.summaries[0]?.perGrid.map(({ grid }) => grid) ?? [];
  return {
    kind: 'table',
    caption: `Each future grid, ${span(figures)}`,
    columns: [
      NAME,
      MODE,
      ...grids.map((grid) => ({
        key: `ce${grid}`,
        title: `CE of grid ${grid + 1}`,
        unit: 'nats',
        digits: 3,
      })),
      ...grids.map((grid) => ({ key: `top${grid}`, title: `top-500 of ${grid + 1}`, digits: 3 })),
    ],
    rows: figures.summaries.map((summary) => ({ cells: { ...named(summary), ...cellsOf(summary) } })),
    note: `Grids are counted from 1. ${INTERVALS}`,
  };
}

function cellsOf({ perGrid }: TokenSummary): Record<string, CellValue> {
  const cells: Record<string, CellValue> = {};
  for (const { grid, crossEntropy, topKCrossEntropy } of perGrid) {
    cells[`ce${grid}`] = crossEntropy;
    cells[`top${grid}`] = topKCrossEntropy.mean;
  }
  return cells;
}

function differenceTable(figures: CompressionFigures): TableSection[] {
  const rows = figures.differences.map(({ first, second, mode, crossEntropy, topKCrossEntropy }) => ({
    cells: {
      ...{ name: `${first} − ${second}`, mode: modeName(mode), crossEntropy, top500: topKCrossEntropy },
      clear: crossEntropy.excludesZero ? 'yes' : 'no',
    },
  }));
  if (rows.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: `Differences, paired, ${span(figures)}`,
      columns: [
        { key: 'name', title: 'first − second' },
        MODE,
        { key: 'crossEntropy', title: 'cross-entropy', unit: 'nats', digits: 4 },
        { key: 'clear', title: 'excludes 0' },
        { key: 'top500', title: 'top-500', unit: 'nats', digits: 4 },
      ],
      rows,
      note: `Below 0 the first predicts better. ${INTERVALS}`,
    },
  ];
}

function decodedTable(figures: CompressionFigures, { frameTruth }: CompressionEvaluation): TableSection[] {
  const { decoded } = figures;
  if (decoded === undefined) return [];
  const grids = decoded[0]?.perGrid.map(({ grid }) => grid) ?? [];
  const rows: TableRow[] = decoded.map(({ name, mode, ceiling, psnr, pooledPsnr, perGrid }) => ({
    reference: ceiling,
    cells: {
      ...{ name, mode: modeName(mode), psnr, pooled: pooledPsnr.mean },
      ...Object.fromEntries(perGrid.map(({ grid, psnr: of }) => [`grid${grid}`, of.mean])),
    },
  }));
  const truth =
    frameTruth === 'video'
      ? 'Against what the camera saw; decoded true tokens are what no prediction in tokens can beat.'
      : 'Against the decoded true tokens, since no video was given.';
  return [
    {
      kind: 'table',
      caption: `Decoded future frames, ${span(figures)}`,
      columns: [
        NAME,
        MODE,
        { key: 'psnr', title: 'PSNR', unit: 'dB' },
        { key: 'pooled', title: 'of the pooled error', unit: 'dB' },
        ...grids.map((grid) => ({ key: `grid${grid}`, title: `grid ${grid + 1}`, unit: 'dB' })),
      ],
      rows,
      note: `PSNR of 8-bit frames, mean of the frames’ dB. ${truth} ${INTERVALS}`,
    },
  ];
}

function decodedDifferenceTable(figures: CompressionFigures): TableSection[] {
  const rows = (figures.decodedDifferences ?? []).map(({ first, second, mode, psnr }) => ({
    cells: {
      ...{ name: `${first} − ${second}`, mode: modeName(mode), psnr },
      clear: psnr.excludesZero ? 'yes' : 'no',
    },
  }));
  if (rows.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: `Differences of decoded frames, paired, ${span(figures)}`,
      columns: [
        { key: 'name', title: 'first − second' },
        MODE,
        { key: 'psnr', title: 'PSNR', unit: 'dB' },
        { key: 'clear', title: 'excludes 0' },
      ],
      rows,
      note: `Above 0 the first is nearer to the truth. ${INTERVALS}`,
    },
  ];
}

function modelTable({ runs }: CompressionEvaluation): TableSection {
  return {
    kind: 'table',
    caption: 'Models',
    columns: [
      { key: 'name', title: 'run' },
      { key: 'parameters', title: 'parameters', digits: 0 },
      { key: 'step', title: 'steps', digits: 0 },
      { key: 'weights', title: 'weights' },
      { key: 'training', title: 'trained on' },
      { key: 'validation', title: 'validated on' },
    ],
    rows: runs.map(({ name, parameterCount, step, weights, training, validation }) => ({
      cells: {
        ...{ name, parameters: parameterCount, step },
        ...{ weights: short(weights), training: short(training), validation: short(validation) },
      },
    })),
    note: 'First digits of SHA-256.',
  };
}

function dataTable({ hashes }: CompressionEvaluation): TableSection {
  const rows = Object.entries({
    'predicted tokens': hashes.data,
    'tokens that baselines were fitted on': hashes.training,
    'raw video': hashes.video,
    tokenizer: hashes.tokenizer,
  }).flatMap(([name, hash]) => (hash === undefined ? [] : [{ cells: { name, hash } }]));
  return {
    kind: 'table',
    caption: 'Data',
    columns: [
      { key: 'name', title: 'what' },
      { key: 'hash', title: 'SHA-256' },
    ],
    rows,
  };
}

function named({ name, mode }: TokenSummary) {
  return { name, mode: modeName(mode) };
}

/** In a column of what each grid is predicted from. */
function modeName(mode: PredictionMode | undefined): string {
  if (mode === undefined) return '';
  return mode === 'teacher-forced' ? 'true' : 'own';
}

function span({ name, windows, segments }: CompressionFigures): string {
  return `${name} (${windows} of ${segments} segments)`;
}

function short(hash: string | null): string {
  return hash === null ? 'not known' : hash.slice(0, 12);
}
