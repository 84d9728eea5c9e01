import { copyFile } from 'node:fs/promises';
import type { Dataset } from '@borealis/dataset';
import type { BlockFsqWeights, FitReport, ReconstructionReport } from '@borealis/video-tokenizer';
import { datasetClips, measureReconstruction } from '@borealis/video-tokenizer';
import { shippedModels } from '../models/shipped-models.ts';
import { fitTokenizer } from '../tokens/fit-tokenizer.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';
import type { Tell } from '../progress/stage-progress.ts';

export interface TokenizerResult {
  /** The basis that fitting chose; null where the tokenizer came with the package. */
  readonly chosen: FitReport['chosen'] | null;
  /** Of validation frames. */
  readonly validation: ReconstructionReport;
}

/** The tokenizer's weights at `path`, fitted on training clips. */
export async function fitTokenizerStage(
  { training, validation }: { readonly training: Dataset; readonly validation: Dataset },
  { path, maxClips }: { readonly path: string; readonly maxClips: number },
  tell: Tell,
): Promise<TokenizerResult> {
  const { weights, report } = await fitTokenizer({ training, path, maxClips, onProgress: tell });
  return { chosen: report.chosen, validation: await measure(weights, validation, tell) };
}

/** The shipped tokenizer's weights at `path`. */
export async function takeTokenizerStage(
  validation: Dataset,
  path: string,
  tell: Tell,
): Promise<TokenizerResult> {
  await copyFile(shippedModels.tokenizer, path);
  return { chosen: null, validation: await measure(await loadTokenizer(path), validation, tell) };
}

async function measure(weights: BlockFsqWeights, validation: Dataset, tell: Tell) {
  tell('measuring on validation frames');
  return measureReconstruction(weights, datasetClips(validation)());
}
