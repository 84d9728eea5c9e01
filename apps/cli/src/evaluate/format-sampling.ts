import { formatTable } from '@borealis/report';
import type { SamplingEvaluation } from './sampling.ts';

/** An evaluation for a terminal. */
export function formatSampling({ windows, summaries }: SamplingEvaluation): string {
  const table = formatTable(
    [
      { key: 'name', title: 'predictor' },
      { key: 'psnr', title: 'PSNR', unit: 'dB', best: 'highest' },
      { key: 'pooled', title: 'pooled', unit: 'dB', best: 'highest' },
      { key: 'ssim', title: 'SSIM', digits: 3, best: 'highest' },
    ],
    summaries.map(({ name, ceiling, psnr, pooledPsnr, ssim }) => ({
      reference: ceiling,
      cells: { name, psnr, pooled: pooledPsnr.mean, ssim },
    })),
  );
  return `${table}\n${windows} windows; in brackets 95 % intervals, bootstrapped over segments`;
}
