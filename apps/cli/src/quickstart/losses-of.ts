import type { LogValues } from '@borealis/training';
import type { TrainingResult } from './token-training-stage.ts';

/** `Validation loss: 3.412 before, 3.297 after 120 steps.` */
export function lossesOf({ steps, before, after }: TrainingResult): string {
  const loss = (values: LogValues | null) => values?.['loss']?.toFixed(3);
  const start = before === null ? 'from scratch' : `${loss(before)} before`;
  return `Validation loss, nats per token: ${start}, ${loss(after)} after ${steps} steps.`;
}
