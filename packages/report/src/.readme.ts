import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  contactSheet,
  differenceFrames,
  encodeFilm,
  encodePng,
  formatTable,
  sideBySide,
  writeReport,
} from '@borealis/report';

// frames are [t h w 3] bytes
const [count, height, width] = [12, 48, 64];
const waves = (speed: number) => ({
  data: Uint8Array.from({ length: count * height * width * 3 }, (_, i) => {
    const [x, t] = [Math.floor(i / 3) % width, Math.floor(i / (3 * width * height))];
    return 128 + 100 * Math.sin((x + speed * t) / (6 + (i % 3)));
  }),
  count,
  height,
  width,
});
const [truth, predicted] = [waves(2), waves(1.8)];
const films = sideBySide(
  [
    { label: 'truth', frames: truth },
    { label: 'predicted', frames: predicted },
  ],
  { scale: 3 },
);

const columns = [
  { key: 'name', title: 'Prediction' },
  { key: 'psnr', title: 'PSNR', unit: 'dB', best: 'highest' as const },
];
const rows = [
  { cells: { name: 'copy', psnr: { mean: 21.42, low: 21.02, high: 21.8 } } },
  { cells: { name: 'model', psnr: { mean: 23.38, low: 22.98, high: 23.76 } } },
  { cells: { name: 'ceiling', psnr: 29.1 }, reference: true },
];
console.log(formatTable(columns, rows));

const folder = await mkdtemp(join(tmpdir(), 'report-'));
const path = await writeReport(folder, {
  title: 'Waves',
  subtitle: 'What a report looks like',
  sections: [
    { kind: 'facts', facts: [{ name: 'Seed', value: '17' }] },
    { kind: 'heading', text: 'Scores' },
    { kind: 'table', columns, rows, note: 'Brackets: 95 % interval over segments.' },
    {
      kind: 'lineChart',
      title: 'Loss',
      xLabel: 'step',
      yLabel: 'nats',
      series: [{ name: 'train', points: Array.from({ length: 100 }, (_, i) => [i, 11 * Math.exp(-i / 40)] as const) }],
    },
    {
      kind: 'images',
      columns: ['truth', 'predicted', '|difference| × 4'],
      rows: [
        {
          label: 'frame 12',
          images: await Promise.all(
            [truth, predicted, differenceFrames(truth, predicted)].map((frames) => encodePng(frames, { index: 11 })),
          ),
        },
      ],
    },
    { kind: 'films', films: [{ label: 'Side by side', film: await encodeFilm(films, { fps: 30 }) }] },
  ],
});
const sheet = await contactSheet({ rows: [{ label: 'truth', frames: truth }] });
console.log(`page of ${(await stat(path)).size} bytes, contact sheet of ${sheet.width} × ${sheet.height}`);
await rm(folder, { recursive: true });
