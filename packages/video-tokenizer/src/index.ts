export { blockFsqConfigSchema } from './block/block-fsq-weights.ts';
export type { BlockFsqConfig, BlockFsqWeights } from './block/block-fsq-weights.ts';
export { encode } from './block/encode.ts';
export { decode } from './block/decode.ts';
export { decodeGrid } from './block/decode-grid.ts';
export type { GridsOfKind } from './block/decode-grid.ts';
export { BLOCK, CLIP_FRAMES, GRID_KINDS } from './block/block-geometry.ts';
export type { GridKind } from './block/block-geometry.ts';
export { fitBlockFsq } from './fit/fit-block-fsq.ts';
export type { FitBlockFsqOptions, FittedBlockFsq } from './fit/fit-block-fsq.ts';
export type { BasisFit, FitReport } from './fit/fit-report.ts';
export { contentHash, fromTensorData, toTensorData } from './weights-tensor-data.ts';
export type { WeightsTensorData } from './weights-tensor-data.ts';
export { measureReconstruction } from './reconstruction/measure-reconstruction.ts';
export type { Reconstruction, ReconstructionReport } from './reconstruction/measure-reconstruction.ts';
export type { Decibels } from './reconstruction/frame-errors.ts';
export type { CodeUsage } from './reconstruction/code-usage.ts';
export { datasetClips } from './dataset/dataset-clips.ts';
export type { DatasetClipsOptions } from './dataset/dataset-clips.ts';
export type { VideoSource } from './dataset/segment-clips.ts';
export { tokenizeSegments } from './dataset/tokenize-segments.ts';
export type {
  CutOfSegment,
  TokenizedVideoSegment,
  TokenizeSegmentsOptions,
} from './dataset/tokenize-segments.ts';
export { fsqBound } from './fsq/fsq-bound.ts';
export { fsqQuantize, fsqValues } from './fsq/fsq-quantize.ts';
export { codeOfLevels, codesOfLevels, levelsOfCode, levelsOfCodes } from './fsq/code-levels.ts';
export { codeCount, COSMOS_LEVELS } from './fsq/fsq-levels.ts';
export { VideoTokenizerError } from './video-tokenizer-error.ts';
export type { VideoTokenizerErrorCode } from './video-tokenizer-error.ts';
export { cosmosDecode, cosmosEncode } from './cosmos/cosmos-codec.ts';
export type { CosmosOptions } from './cosmos/cosmos-codec.ts';
export { cosmosConfigSchema, cosmosPresets } from './cosmos/cosmos-config.ts';
export type { CosmosConfig } from './cosmos/cosmos-config.ts';
export type { CosmosParameters } from './cosmos/cosmos-parameters.ts';
export { createCosmosTokenizer } from './cosmos/cosmos-tokenizer.ts';
export type { CosmosTokenizer } from './cosmos/cosmos-tokenizer.ts';
export {
  cosmosConfigOf,
  cosmosParametersFrom,
  cosmosWeightsOf,
  initCosmos,
} from './cosmos/cosmos-weights.ts';
export { cosmosParameterCount } from './cosmos/parameter-shapes.ts';
