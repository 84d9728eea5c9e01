import { averageBlocks } from '../block/average-blocks.ts';
import type { BlockFsqConfig, BlockFsqWeights } from '../block/block-fsq-weights.ts';
import { BLOCK_NUMBERS } from '../block/block-geometry.ts';
import type { Clip } from '../block/each-clip.ts';
import { openProjection } from '../block/projection.ts';
import { createHistogram } from './coefficient-histogram.ts';
import type { Directions } from './directions.ts';
import { fitQuantizer } from './fit-quantizer.ts';
import type { BasisFit } from './fit-report.ts';

/** A tokenizer without decoders: enough to encode. */
export type QuantizedBasis = Omit<BlockFsqWeights, 'decoders'>;

export interface FitBasisOptions {
  readonly candidates: readonly (Directions & { readonly name: BlockFsqConfig['basis'] })[];
  readonly levels: readonly number[];
  /** Mean block, `[192]`. */
  readonly mean: Float32Array;
  /** Of a whole block: the sum over its 192 numbers. */
  readonly variance: number;
  readonly clips: AsyncIterable<Clip>;
}

/** Fits the quantisers of each candidate in one pass over the clips. */
export async function fitBasis({
  candidates,
  levels,
  mean,
  variance,
  clips,
}: FitBasisOptions): Promise<{ readonly quantized: QuantizedBasis; readonly report: BasisFit }[]> {
  const open = candidates.map(({ basis, variances }) => ({
    projection: openProjection({ mean, basis }),
    histograms: variances.map(createHistogram),
  }));
  try {
    for await (const { bytes, grid } of clips) {
      const rows = averageBlocks(bytes, grid);
      for (const { projection, histograms } of open) {
        const coefficients = await projection.coefficients(rows);
        const k = histograms.length;
        for (const [j, histogram] of histograms.entries()) {
          for (let i = j; i < coefficients.length; i += k) histogram.add(coefficients[i] ?? NaN);
        }
      }
    }
  } finally {
    for (const { projection } of open) projection.dispose();
  }

  return candidates.map(({ name, basis, variances }, candidate) => {
    const quantizers = (open[candidate]?.histograms ?? []).map((histogram, j) =>
      fitQuantizer(histogram, { variance: variances[j] ?? 0, level: levels[j] ?? 2 }),
    );
    const discarded = Math.max(0, variance - sum(variances));
    return {
      quantized: {
        config: { kind: 'block-fsq', version: 1, levels: [...levels], basis: name },
        mean,
        basis,
        centers: Float32Array.from(quantizers, ({ center }) => center),
        scales: Float32Array.from(quantizers, ({ scale }) => scale),
        values: Float32Array.from(quantizers.flatMap(({ values }) => values)),
      },
      report: {
        basis: name,
        psnrUnquantized: decibels(discarded / BLOCK_NUMBERS),
        psnr: decibels((discarded + sum(quantizers.map(({ error }) => error))) / BLOCK_NUMBERS),
        coefficients: quantizers.map(({ error, entropy }, j) => ({
          variance: variances[j] ?? 0,
          level: levels[j] ?? 2,
          relativeError: error / (variances[j] || 1),
          entropy,
        })),
      },
    };
  });
}

/** PSNR of a mean squared error of numbers in [0, 1]. */
function decibels(error: number): number {
  return -10 * Math.log10(error);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
