import type { TableRow, TableSection } from '@borealis/report';
import type { CompressionEvaluation } from './compression.ts';
import type { CompressionFigures } from './compression-figures.ts';
import { INTERVALS, MODE, modeName, NAME, span } from './table-parts.ts';

export function decodedTable(
  figures: CompressionFigures,
  { frameTruth }: CompressionEvaluation,
): TableSection[] {
  const { decoded } = figures;
  if (decoded === undefined) return [];
  const grids = decoded[0]?.perGrid.map(({ grid }) => grid) ?? [];
  const rows: TableRow[] = decoded.map(({ name, mode, ceiling, psnr, pooledPsnr, perGrid }) => ({
    reference: ceiling,
    cells: {
      ...{ name, mode: modeName(mode), psnr, pooled: pooledPsnr.mean },
      ...Object.fromEntries(perGrid.map(({ grid, psnr: of }) => [`grid${grid}`, of])),
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
        { key: 'pooled', title: 'pooled' },
        ...grids.map((grid) => ({ key: `grid${grid}`, title: `grid ${grid + 1}`, unit: 'dB' })),
      ],
      rows,
      note: `PSNR of 8-bit frames, mean of the frames’ dB; pooled: that of the mean squared error over all frames. ${truth} ${INTERVALS}`,
    },
  ];
}

export function decodedDifferenceTable(figures: CompressionFigures): TableSection[] {
  const rows = (figures.decodedDifferences ?? []).map(({ second, mode, psnr }) => ({
    cells: {
      ...{ name: second, mode: modeName(mode), psnr },
      clear: psnr.excludesZero ? 'yes' : 'no',
    },
  }));
  if (rows.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: `Decoded frames, ${figures.decodedDifferences?.[0]?.first} minus others, paired, ${span(figures)}`,
      columns: [
        { key: 'name', title: 'minus' },
        MODE,
        { key: 'psnr', title: 'PSNR', unit: 'dB' },
        { key: 'clear', title: 'excludes 0' },
      ],
      rows,
      note: `Above 0 it is nearer to the truth than the other. ${INTERVALS}`,
    },
  ];
}
