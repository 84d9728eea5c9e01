import { formatDuration, formatTable } from '@borealis/report';
import type { QuickstartResult } from './quickstart.ts';
import { lossesOf } from './report-page.ts';

/** The quickstart's figures for a terminal. */
export function printQuickstart({ training, compression, sampling, page, seconds }: QuickstartResult): void {
  const forced = compression.summaries.filter(({ mode }) => mode === 'teacher-forced');
  const own = compression.summaries.filter(({ mode }) => mode === 'autoregressive');
  console.log(`\n${lossesOf(training)}`);
  console.log(
    `\nCompression track: nats per token, ${compression.windows} windows of ${compression.segments} segments`,
  );
  console.log(
    formatTable(
      [
        { key: 'name', title: 'predictor' },
        { key: 'forced', title: 'teacher-forced CE', digits: 3, best: 'lowest' },
        { key: 'own', title: 'autoregressive CE', digits: 3, best: 'lowest' },
        { key: 'top', title: 'top-500 CE', digits: 3, best: 'lowest' },
      ],
      forced.map(({ name, crossEntropy, topKCrossEntropy }) => ({
        cells: {
          name,
          forced: crossEntropy,
          own: own.find((other) => other.name === name)?.crossEntropy ?? null,
          top: topKCrossEntropy,
        },
      })),
    ),
  );
  console.log(`\nSampling track: frame 77, ${sampling.windows} windows`);
  console.log(
    formatTable(
      [
        { key: 'name', title: 'predictor' },
        { key: 'psnr', title: 'PSNR', unit: 'dB', best: 'highest' },
        { key: 'ssim', title: 'SSIM', digits: 3, best: 'highest' },
      ],
      sampling.summaries.map(({ name, ceiling, psnr, ssim }) => ({
        reference: ceiling,
        cells: { name, psnr, ssim },
      })),
    ),
  );
  console.log(`\n${formatDuration(seconds)} in all. Open ${page}`);
}
