import type { LogValues, TrainingStart } from '@borealis/training';
import type { TrainResult, TrainSettings } from './train-settings.ts';

/** An error on its way between processes, which would lose its name and code. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

/** What the training process tells. */
export type FromProcess =
  | { readonly kind: 'start'; readonly start: TrainingStart }
  | { readonly kind: 'train' | 'evaluation'; readonly step: number; readonly values: LogValues }
  | { readonly kind: 'done'; readonly result: TrainResult }
  | { readonly kind: 'failed'; readonly error: CarriedError };

/** What it is told: to train, and to finish the step, save, and end. */
export type ToProcess =
  { readonly kind: 'train'; readonly settings: TrainSettings } | { readonly kind: 'stop' };

export function carryError(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** An error with the name, code, message and stack that it had in its process; not of its class. */
export function receiveError({ name, message, code, stack }: CarriedError): Error {
  return Object.assign(new Error(message), {
    name,
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
  });
}
