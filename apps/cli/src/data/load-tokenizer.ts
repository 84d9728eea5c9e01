import { openDataset } from '@borealis/dataset';
import { readSafetensors } from '@borealis/safetensors';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { datasetClips, fitBlockFsq, fromTensorData } from '@borealis/video-tokenizer';

export interface LoadTokenizerOptions {
  /** A tokenizer's file. */
  readonly weights?: string;
  /** Else: raw data to fit one on. */
  readonly fit: string;
  readonly onLine: (line: string) => void;
}

/** Clips that a tokenizer is fitted on: its few thousand numbers need no more. */
const MAX_CLIPS = 500;

/** A tokenizer from a file, or fitted on a dataset. */
export async function loadTokenizer({
  weights: path,
  fit,
  onLine,
}: LoadTokenizerOptions): Promise<BlockFsqWeights> {
  if (path !== undefined) return fromTensorData(await readSafetensors(path));
  const dataset = await openDataset(fit);
  try {
    let told = -1;
    const { weights, report } = await fitBlockFsq({
      clips: datasetClips(dataset, { maxClips: MAX_CLIPS }),
      onProgress: ({ pass }) => {
        if (pass !== told) onLine(`fitting a tokenizer on ${fit}: pass ${pass + 1} of 3`);
        told = pass;
      },
    });
    for (const { basis, psnr, psnrUnquantized } of report.candidates)
      onLine(`  ${basis}: ${psnr.toFixed(2)} dB, ${psnrUnquantized.toFixed(2)} dB without quantisation`);
    onLine(`fitted on ${report.clips} clips; basis: ${report.chosen}`);
    return weights;
  } finally {
    await dataset.close();
  }
}
