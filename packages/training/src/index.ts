export type { TrainingErrorCode } from './errors.ts';
export { TrainingError } from './errors.ts';
export type {
  GridPrediction,
  Model,
  Statistics,
  TokenModel,
  TokenPredictionOptions,
  TokenPredictor,
  TrainingSet,
} from './model-contract.ts';
export type { AdamWConfig, AdamWScalars, Moments } from './optimizer/adamw.ts';
export { ADAMW_DEFAULTS, adamwScalars, adamwStep, zeroMoments } from './optimizer/adamw.ts';
export { clipGradients, globalNorm } from './optimizer/clip-gradients.ts';
export type { Schedule } from './optimizer/schedule.ts';
export { constantSchedule, warmupCosineSchedule, warmupLinearSchedule } from './optimizer/schedule.ts';
export type { OptimizerState, StepLogs, TrainStep, TrainStepOptions } from './optimizer/train-step.ts';
export { createTrainStep, initialState } from './optimizer/train-step.ts';
export type { NamedTensors, Parameters } from './parameters/parameters.ts';
export {
  countParameters,
  disposeNamed,
  mapNamed,
  nameParameters,
  nestParameters,
  partition,
} from './parameters/parameters.ts';
export { fromStored, toStored } from './parameters/stored-parameters.ts';
export type { LossAndLogs, ValueAndGradients } from './parameters/value-and-gradients.ts';
export { valueAndGradients } from './parameters/value-and-gradients.ts';
