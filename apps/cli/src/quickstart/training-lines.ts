import type { LogValues } from '@borealis/training';
import type { QuickstartResult } from './quickstart.ts';
import type { TrainingResult } from './training-stage.ts';

/** What the trainings have changed, a line each: `Token model, nats per token: 2.418 before, 2.399 after 120 steps.` */
export function trainingLines({ compression, sampling }: QuickstartResult['training']): string[] {
  const drawn = 'Sampler, frame 77 of validation windows drawn while training, dB';
  return [
    `${changeOf('Token model, validation loss in nats per token', 'loss', compression)}.`,
    ...(sampling === null
      ? []
      : [
          `${changeOf('Sampler, validation loss', 'loss', sampling)}.`,
          `${changeOf(drawn, 'psnr', sampling)}.`,
        ]),
  ];
}

function changeOf(what: string, key: string, { steps, before, after }: TrainingResult): string {
  const value = (values: LogValues | null) => values?.[key]?.toFixed(3) ?? 'not measured';
  const start = before === null ? 'from scratch' : `${value(before)} before`;
  return `${what}: ${start}, ${value(after)} after ${steps} steps`;
}
