export { describeResult } from './describe-result.ts';
export { loadModel } from './load-model.ts';
export { stopOnSignals } from './stop-on-signals.ts';
export type { TrainOptions } from './train.ts';
export { train } from './train.ts';
export type { TrainResult, TrainSettings } from './train-settings.ts';
export type { TrainerErrorCode } from './trainer-error.ts';
export { TrainerError } from './trainer-error.ts';
export { TRAINING_DEFAULTS } from './training-defaults.ts';
