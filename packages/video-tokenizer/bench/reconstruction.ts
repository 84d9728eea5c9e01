/**
 * Fits the tokenizer on the sample data's training split, in both bases, and prints how well both splits come back:
 * npx tsx --conditions=@borealis/source bench/reconstruction.ts
 */
import { fileURLToPath } from 'node:url';
import { openDataset } from '@borealis/dataset';
import { startBackend } from '@borealis/tensor';
import {
  contentHash,
  datasetClips,
  decode,
  encode,
  fitBlockFsq,
  measureReconstruction,
} from '@borealis/video-tokenizer';
import type { Reconstruction } from '@borealis/video-tokenizer';

const folder =
  process.argv[2] ?? fileURLToPath(new URL('../../../tests/sample-data/eve-sim', import.meta.url));
const { backend, tensorflowVersion = '' } = await startBackend();
console.log(`backend ${backend} ${tensorflowVersion}`);
const train = await openDataset(`${folder}/train`);
const val = await openDataset(`${folder}/val`);

const line = ({ unquantized, quantized, decoded }: Reconstruction): string =>
  [unquantized, quantized, decoded].map(({ mean }) => mean.toFixed(2)).join(' | ');

for (const basis of ['klt', 'dct'] as const) {
  const began = performance.now();
  const { weights, report } = await fitBlockFsq({ clips: datasetClips(train), basis });
  const seconds = (performance.now() - began) / 1000;
  console.log(`\n${basis}: ${report.clips} clips, ${seconds.toFixed(1)} s, ${contentHash(weights)}`);
  console.log('split | frames of | unquantised | quantised | decoded (mean PSNR of frames, dB)');
  for (const [split, dataset] of [
    ['train', train],
    ['val', val],
  ] as const) {
    const { kinds, total } = await measureReconstruction(weights, datasetClips(dataset)());
    for (const [kind, result] of kinds.entries()) console.log(`${split} | grid ${kind} | ${line(result)}`);
    console.log(`${split} | all | ${line(total)}`);
    const { usage } = total;
    const same = kinds.map(({ sameAsBefore }) => sameAsBefore?.toFixed(3) ?? '-').join(', ');
    const entropies = usage.levelEntropies.map((h) => h.toFixed(2)).join(', ');
    console.log(`${split}: pooled ${total.decoded.pooled.toFixed(2)} dB decoded`);
    console.log(
      `${split}: ${usage.distinctCodes} codes of ${usage.codes}, entropy ${usage.entropy.toFixed(2)} nats`,
    );
    console.log(`${split}: levels' entropies ${entropies}; same code as the grid before ${same}`);
  }
  if (basis === 'dct') continue;
  const times = { encode: 0, decode: 0 };
  let clips = 0;
  for await (const frames of datasetClips(val)()) {
    const start = performance.now();
    const tokens = await encode(weights, frames);
    const between = performance.now();
    await decode(weights, tokens);
    times.encode += between - start;
    times.decode += performance.now() - between;
    clips += frames.count / 17;
  }
  const perClip = (milliseconds: number): string => `${(milliseconds / clips).toFixed(1)} ms`;
  console.log(
    `a clip of 17 frames: encoded in ${perClip(times.encode)}, decoded in ${perClip(times.decode)}`,
  );
}
await train.close();
await val.close();
