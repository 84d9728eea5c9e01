import type { Frames } from '@borealis/dataset';
import { averageBlocks } from '../block/average-blocks.ts';
import type { BlockFsqConfig, BlockFsqWeights } from '../block/block-fsq-weights.ts';
import { blockFsqConfigSchema } from '../block/block-fsq-weights.ts';
import { eachClip } from '../block/each-clip.ts';
import type { Clip } from '../block/each-clip.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { createMoments } from './block-moments.ts';
import { dctDirections, kltDirections } from './directions.ts';
import { fitBasis } from './fit-basis.ts';
import { fitDecoders } from './fit-decoders.ts';
import type { FitReport } from './fit-report.ts';

export interface FitBlockFsqOptions {
  /** Training clips, `[17·n h w c]` each, of any size: called for each of three passes, and must give the same. */
  readonly clips: () => AsyncIterable<Frames> | Iterable<Frames>;
  /** FSQ levels, by falling variance of their coefficients: 8, 8, 8, 5, 5, 5 unless told. */
  readonly levels?: readonly number[];
  /** Which basis: the one that reconstructs better, unless told. */
  readonly basis?: 'best' | BlockFsqConfig['basis'];
  /** Told after each clip; `pass` counts from 0 to 2. */
  readonly onProgress?: (progress: { readonly pass: number; readonly clips: number }) => void;
}

export interface FittedBlockFsq {
  readonly weights: BlockFsqWeights;
  readonly report: FitReport;
}

/**
 * Fits a tokenizer in three passes over the training clips: the blocks' covariance and from it the bases; the
 * coefficients' distributions and from them the quantisers; the linear decoders. Deterministic: nothing is drawn.
 * The backend must have been started (`startBackend`).
 *
 * @throws VideoTokenizerError `fit` where there are no clips, `frames`, `levels`
 */
export async function fitBlockFsq(options: FitBlockFsqOptions): Promise<FittedBlockFsq> {
  const { basis = 'best' } = options;
  const parsed = blockFsqConfigSchema.shape.levels.safeParse(options.levels);
  if (!parsed.success) {
    throw new VideoTokenizerError('levels', `FSQ levels can't be [${options.levels?.join(', ')}].`, {
      cause: parsed.error,
    });
  }
  const levels = parsed.data;
  const clips = (pass: number): AsyncGenerator<Clip> => clipsOfPass(options, pass);

  const moments = createMoments();
  for await (const { bytes, grid } of clips(0)) await moments.add(averageBlocks(bytes, grid));
  const { count, mean, covariance } = moments.result();
  if (count === 0) throw new VideoTokenizerError('fit', 'There are no clips of 17 frames to fit on.');

  const candidates = (['klt', 'dct'] as const)
    .filter((name) => basis === 'best' || basis === name)
    .map((name) => ({
      name,
      ...(name === 'klt' ? kltDirections : dctDirections)(covariance, levels.length),
    }));
  const variance = mean.reduce((sum, _, i) => sum + (covariance[i * mean.length + i] ?? 0), 0);
  const fits = await fitBasis({
    candidates,
    levels,
    variance,
    mean: Float32Array.from(mean),
    clips: clips(1),
  });
  const best = fits.toSorted((a, b) => b.report.psnr - a.report.psnr)[0];
  if (best === undefined) throw new VideoTokenizerError('option', `There is no basis '${basis}'.`);

  const decoders = await fitDecoders(best.quantized, clips(2));
  return {
    weights: { ...best.quantized, decoders: decoders.decoders },
    report: {
      clips: decoders.clips,
      blocks: count,
      chosen: best.report.basis,
      candidates: fits.map(({ report }) => report),
    },
  };
}

async function* clipsOfPass({ clips, onProgress }: FitBlockFsqOptions, pass: number): AsyncGenerator<Clip> {
  let count = 0;
  for await (const frames of clips()) {
    for (const clip of eachClip(frames)) {
      yield clip;
      onProgress?.({ pass, clips: ++count });
    }
  }
}
