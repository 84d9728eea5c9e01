/**
 * How fast windows are read by random access from the sample data: npx tsx --conditions=@borealis/source bench/random-windows.ts
 * Each line is the median of 5 rounds of 40 windows of 77 frames.
 */
import { fileURLToPath } from 'node:url';
import { openDataset, shuffledWindows } from '@borealis/dataset';

const dir =
  process.argv[2] ?? fileURLToPath(new URL('../../../tests/sample-data/eve-sim/train', import.meta.url));
const spec = { frames: 77, stride: 8, content: 'frames' } as const;
const rounds = 5;
const perRound = 40;

for (const cacheBytesPerVideo of [0, 64 * 2 ** 20]) {
  const dataset = await openDataset(dir, { cacheBytesPerVideo });
  const rates: number[] = [];
  let windows = 0;
  let began = performance.now();
  for await (const { frames } of shuffledWindows(dataset, { spec, seed: 1 })) {
    if (frames === undefined || ++windows % perRound !== 0) continue;
    rates.push((perRound * spec.frames * 1000) / (performance.now() - began));
    if (rates.length === rounds) break;
    began = performance.now();
  }
  await dataset.close();
  const median = rates.toSorted((a, b) => a - b)[rounds >> 1] ?? 0;
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(
    `cache ${cacheBytesPerVideo / 2 ** 20} MiB per video: ${Math.round(median)} frames/s, ${memory} MiB resident`,
  );
}
