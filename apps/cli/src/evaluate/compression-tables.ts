import type { TokenSummary } from '@borealis/evaluator';
import type { CellValue, TableSection } from '@borealis/report';
import type { CompressionEvaluation } from './compression.ts';
import type { CompressionFigures } from './compression-figures.ts';
import { decodedDifferenceTable, decodedTable } from './decoded-tables.ts';
import { dataTable, modelTable } from './provenance-tables.ts';
import { BEFORE, INTERVALS, MODE, modeName, NAME, named, NATS, span } from './table-parts.ts';

/** An evaluation as tables: what a terminal, a page and the docs show. */
export function compressionTables(evaluation: CompressionEvaluation): TableSection[] {
  const { all, groups } = evaluation;
  return [
    ...[all, ...groups].map(crossEntropyTable),
    ...[all, ...groups].flatMap(differenceTable),
    moreTable(all),
    gridTable(all, 'Cross-entropy', 'crossEntropy'),
    gridTable(all, 'Top-500', 'topKCrossEntropy'),
    ...[all, ...groups].flatMap((figures) => decodedTable(figures, evaluation)),
    ...decodedDifferenceTable(all),
    ...runTable(all),
    modelTable(evaluation),
    dataTable(evaluation),
  ];
}

/** The figures that the track is about, teacher-forced and autoregressive side by side. */
function crossEntropyTable(figures: CompressionFigures): TableSection {
  const { summaries } = figures;
  const modes = [...new Set(summaries.map(({ mode }) => mode))];
  const names = [...new Set(summaries.map(({ name }) => name))];
  const cellsOf = (name: string): Record<string, CellValue> => {
    const cells: Record<string, CellValue> = { name };
    for (const summary of summaries.filter((one) => one.name === name)) {
      cells[`ce ${summary.mode}`] = summary.crossEntropy;
      cells[`top ${summary.mode}`] = summary.topKCrossEntropy;
    }
    return cells;
  };
  return {
    kind: 'table',
    caption: `Future tokens, ${span(figures)}`,
    columns: [
      NAME,
      ...modes.map((mode) => ({ key: `ce ${mode}`, title: `CE, ${mode}`, ...NATS })),
      ...modes.map((mode) => ({ key: `top ${mode}`, title: `top-500, ${mode}`, ...NATS })),
    ],
    rows: names.map((name) => ({ cells: cellsOf(name) })),
    note: `Cross-entropy (CE) and top-500 cross-entropy in nats per token, the latter by Borealis’ definition: a miss scores what is left over, spread over all other codes. ${INTERVALS}`,
  };
}

function moreTable(figures: CompressionFigures): TableSection {
  const percent = ({ mean, low, high }: TokenSummary['hitRate']) => ({
    mean: mean * 100,
    low: low * 100,
    high: high * 100,
  });
  return {
    kind: 'table',
    caption: `Perplexity, hits, and top-500 renormalised, ${span(figures)}`,
    columns: [
      NAME,
      MODE,
      { key: 'perplexity', title: 'perplexity', digits: 1 },
      { key: 'hitRate', title: 'hits in 500', unit: '%', digits: 1 },
      { key: 'accuracy', title: 'likeliest right', unit: '%', digits: 1 },
      { key: 'renormalised', title: 'renormalised', unit: 'nats', ...NATS },
    ],
    rows: figures.summaries.map((summary) => ({
      cells: {
        ...named(summary),
        perplexity: summary.perplexity,
        hitRate: percent(summary.hitRate),
        accuracy: percent(summary.accuracy),
        renormalised: summary.renormalisedCrossEntropy,
      },
    })),
    note: `Renormalised: top-500 with the 500 probabilities scaled to add up to 1. ${BEFORE} ${INTERVALS}`,
  };
}

function gridTable(
  figures: CompressionFigures,
  title: string,
  metric: 'crossEntropy' | 'topKCrossEntropy',
): TableSection {
  const grids = figures.summaries[0]?.perGrid.map(({ grid }) => grid) ?? [];
  const cellsOf = ({ perGrid }: TokenSummary): Record<string, CellValue> =>
    Object.fromEntries(perGrid.map(({ grid, [metric]: value }) => [`grid ${grid + 1}`, value]));
  return {
    kind: 'table',
    caption: `${title} of each future grid, ${span(figures)}`,
    columns: [
      NAME,
      MODE,
      ...grids.map((grid) => ({ key: `grid ${grid + 1}`, title: `grid ${grid + 1}`, unit: 'nats', ...NATS })),
    ],
    rows: figures.summaries.map((summary) => ({ cells: { ...named(summary), ...cellsOf(summary) } })),
    note: `Grids are counted from 1. ${BEFORE} ${INTERVALS}`,
  };
}

/** The seeds of a recipe one by one. */
function runTable(figures: CompressionFigures): TableSection[] {
  const { runSummaries, runDecoded = [] } = figures;
  if (runSummaries.length === 0) return [];
  const decodedOf = ({ name, mode }: TokenSummary) =>
    runDecoded.find((one) => one.name === name && one.mode === mode)?.psnr ?? null;
  return [
    {
      kind: 'table',
      caption: `Each run, ${span(figures)}`,
      columns: [
        NAME,
        MODE,
        { key: 'crossEntropy', title: 'CE', unit: 'nats', ...NATS },
        { key: 'top500', title: 'top-500', unit: 'nats', ...NATS },
        ...(runDecoded.length === 0 ? [] : [{ key: 'psnr', title: 'PSNR', unit: 'dB' }]),
      ],
      rows: runSummaries.map((summary) => ({
        cells: {
          ...named(summary),
          crossEntropy: summary.crossEntropy,
          top500: summary.topKCrossEntropy,
          psnr: decodedOf(summary),
        },
      })),
      note: `${BEFORE} ${INTERVALS}`,
    },
  ];
}

function differenceTable(figures: CompressionFigures): TableSection[] {
  const rows = figures.differences.map(({ second, mode, crossEntropy, topKCrossEntropy }) => ({
    cells: {
      ...{ name: second, mode: modeName(mode), crossEntropy, top500: topKCrossEntropy },
      clear: crossEntropy.excludesZero ? 'yes' : 'no',
    },
  }));
  if (rows.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: `${figures.differences[0]?.first} minus others, paired, ${span(figures)}`,
      columns: [
        { key: 'name', title: 'minus' },
        MODE,
        { key: 'crossEntropy', title: 'cross-entropy', unit: 'nats', digits: 4 },
        { key: 'clear', title: 'excludes 0' },
        { key: 'top500', title: 'top-500', unit: 'nats', digits: 4 },
      ],
      rows,
      note: `Below 0 it predicts better than the other. States shuffled: the same model, shown the states of another segment. ${BEFORE} ${INTERVALS}`,
    },
  ];
}
