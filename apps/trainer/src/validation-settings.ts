import type { Model, RunConfig } from '@borealis/training';
import type { ValidationSampling } from './sampled-validation.ts';
import { TrainerError } from './trainer-error.ts';
import {
  DEFAULT_AUTOREGRESSIVE_WINDOWS,
  DEFAULT_VALIDATION_SAMPLING,
  DEFAULT_VALIDATION_WINDOWS,
} from './training-defaults.ts';
import type { TrainSettings } from './train-settings.ts';

/** A split to evaluate on while training. */
export interface WantedValidation {
  readonly data: string;
  readonly windows: number;
  readonly autoregressive: number;
  /** Null: no futures are drawn. */
  readonly sampling: ValidationSampling | null;
}

/**
 * What the settings ask for, what they leave open taken from the run that is there.
 *
 * @param decodes whether there is an autoencoder, so that futures can be drawn
 * @throws TrainerError `INVALID_ARGUMENT`
 */
export function validationOf(
  { track }: Pick<Model, 'track'>,
  { validation }: TrainSettings,
  stored: RunConfig | undefined,
  decodes: boolean,
): WantedValidation | undefined {
  const before = stored?.validation ?? undefined;
  if (validation === undefined) return before && { ...before, data: before.dir };
  const windows = validation.windows ?? before?.windows ?? DEFAULT_VALIDATION_WINDOWS;
  const usual = track === 'tokens' ? Math.min(DEFAULT_AUTOREGRESSIVE_WINDOWS, windows) : 0;
  const autoregressive = validation.autoregressive ?? before?.autoregressive ?? usual;
  checkCount('validation windows', windows, 1);
  checkCount('validation windows that are predicted autoregressively', autoregressive, 0);
  if (autoregressive > 0 && track !== 'tokens')
    throw new TrainerError('INVALID_ARGUMENT', 'only models of tokens are validated autoregressively');
  const sampling = decodes ? samplingOf(validation.sampling, before?.sampling) : null;
  if (!decodes && validation.sampling !== undefined)
    throw new TrainerError(
      'INVALID_ARGUMENT',
      'futures are drawn for models of latents, with their autoencoder: --vae',
    );
  return { data: validation.data, windows, autoregressive, sampling };
}

function samplingOf(
  wanted: Partial<ValidationSampling> | undefined,
  before: ValidationSampling | null | undefined,
): ValidationSampling | null {
  const sampling = { ...(before ?? DEFAULT_VALIDATION_SAMPLING), ...wanted };
  if (before === null && wanted === undefined) return null;
  checkCount('windows whose futures are drawn', sampling.windows, 0);
  checkCount('samples of each', sampling.samples, 1);
  checkCount('steps of the solver', sampling.steps, 1);
  const unknown = Object.keys(sampling).find((key) => !(key in DEFAULT_VALIDATION_SAMPLING));
  if (unknown !== undefined)
    throw new TrainerError('INVALID_ARGUMENT', `validation has no setting ${unknown} for drawing futures`);
  return sampling.windows === 0 ? null : sampling;
}

function checkCount(what: string, count: number, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return;
  throw new TrainerError(
    'INVALID_ARGUMENT',
    `the number of ${what} must be a whole number from ${least}; it is ${count}`,
  );
}
