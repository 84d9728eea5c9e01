export type { EmaUpdate } from './ema.ts';
export { createEmaUpdate } from './ema.ts';
export type { TrainingErrorCode } from './errors.ts';
export { TrainingError } from './errors.ts';
export { createMetricFile } from './logs/metric-file.ts';
export type { MetricRecord } from './logs/metric-record.ts';
export type { ProgressLogOptions } from './logs/progress-log.ts';
export { createProgressLog } from './logs/progress-log.ts';
export { readMetrics } from './logs/read-metrics.ts';
export type { TensorBoardLogOptions } from './logs/tensorboard-log.ts';
export { createTensorBoardLog } from './logs/tensorboard-log.ts';
export type { LogValues, TrainingLog, TrainingStart } from './logs/training-log.ts';
export { combineLogs } from './logs/training-log.ts';
export type { Trained } from './loop/read-trained.ts';
export { readStatistics, readTrained } from './loop/read-trained.ts';
export { scheduleOf } from './loop/schedule-of.ts';
export type { StartingWeights } from './loop/starting-weights.ts';
export type { TrainLoopOptions, TrainLoopResult } from './loop/train-loop.ts';
export { trainLoop } from './loop/train-loop.ts';
export type { ScheduleConfig, TrainingConfig } from './loop/training-config.ts';
export { parseTrainingConfig, trainingConfigSchema } from './loop/training-config.ts';
export type { LoraAdapter } from './lora/lora-adapter.ts';
export { attachLora, checkAdapter, mergeLora, splitLora, unmergeLora } from './lora/lora-adapter.ts';
export type { LoraConfig } from './lora/lora-config.ts';
export { loraConfigSchema } from './lora/lora-config.ts';
export type { LoraForm, StoredLora } from './lora/lora-form.ts';
export type { LinearLayer } from './lora/lora-linear.ts';
export { loraLinear } from './lora/lora-linear.ts';
export { isLoraFactor, isLoraName, matchLayers } from './lora/lora-names.ts';
export { readLora } from './lora/read-lora.ts';
export { writeLora } from './lora/write-lora.ts';
export type { WithLoraOptions } from './lora/with-lora.ts';
export { drawLora, loraShapes, withLora } from './lora/with-lora.ts';
export type { ModelOrigin, ModelRecord } from './model-folder/model-record.ts';
export type { ModelFolder } from './model-folder/open-model-folder.ts';
export { openModelFolder } from './model-folder/open-model-folder.ts';
export type { ModelFolderContent } from './model-folder/write-model-folder.ts';
export { writeModelFolder } from './model-folder/write-model-folder.ts';
export type {
  CodeChoice,
  PredictorOptions,
  FrameModel,
  GridPrediction,
  LatentModel,
  LatentSampler,
  Model,
  PublishedForm,
  SamplingOptions,
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
export type { ParameterShapes } from './parameters/parameter-shapes.ts';
export { parameterShapes } from './parameters/parameter-shapes.ts';
export type { NamedTensors, Parameters } from './parameters/parameters.ts';
export {
  countParameters,
  disposeNamed,
  mapNamed,
  nameParameters,
  nestParameters,
  partition,
} from './parameters/parameters.ts';
export { fromLoaded, fromStored, toStored } from './parameters/stored-parameters.ts';
export type { LossAndLogs, ValueAndGradients } from './parameters/value-and-gradients.ts';
export { valueAndGradients } from './parameters/value-and-gradients.ts';
export { broadcastJson } from './parallel/broadcast-json.ts';
export { differingKeys } from './run/differing-keys.ts';
export type { RunConfig } from './run/run-config.ts';
export type { OpenRunOptions, RunDirectory } from './run/run-directory.ts';
export { openRunDirectory, readRunDirectory } from './run/run-directory.ts';
export type { Versions } from './run/versions.ts';
export { collectVersions } from './run/versions.ts';
export { VELOCITIES } from './state-layout.ts';
