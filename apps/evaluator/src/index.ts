export { encodeDataset } from './autoencoder/encode-dataset.ts';
export { loadAutoencoder } from './autoencoder/load-autoencoder.ts';
export { longerThanLearned } from './autoencoder/longer-than-learned.ts';
export type { Autoencoder } from './autoencoder/open-autoencoder.ts';
export { openAutoencoder } from './autoencoder/open-autoencoder.ts';
export type { LoadedVae } from './autoencoder/published-vae.ts';
export { writePublishedVae } from './autoencoder/published-vae.ts';
export { averageScores } from './compression/average-scores.ts';
export type { BaselineOptions } from './compression/baseline-candidates.ts';
export { baselineCandidates } from './compression/baseline-candidates.ts';
export { modelCandidate } from './compression/model-candidate.ts';
export type { CandidateScores, GridScore, ScoreTokensOptions } from './compression/score-tokens.ts';
export { scoreTokens } from './compression/score-tokens.ts';
export { statesOfAnotherSegment } from './compression/shuffled-states.ts';
export type { GridDecoder } from './compression/grid-frames.ts';
export { copiesOfLast, gridOfFrame, withGrids } from './compression/grid-frames.ts';
export type {
  DecodedCandidate,
  DecodedScores,
  ScoreDecodedFramesOptions,
} from './compression/score-decoded-frames.ts';
export { scoreDecodedFrames } from './compression/score-decoded-frames.ts';
export type { DecodedSummary } from './compression/summarise-decoded-frames.ts';
export {
  averageDecoded,
  decodedDifference,
  summariseDecodedFrames,
} from './compression/summarise-decoded-frames.ts';
export type { TokenFigures, TokenSummary } from './compression/summarise-tokens.ts';
export { summariseTokens, tokenDifference } from './compression/summarise-tokens.ts';
export type { PredictionMode, TokenCandidate, Windows } from './compression/token-candidate.ts';
export type { WindowScore } from './compression/window-scores.ts';
export { typicalWindows, windowScores, worstWindows } from './compression/window-scores.ts';
export type { EvaluatorErrorCode } from './evaluator-error.ts';
export { EvaluatorError } from './evaluator-error.ts';
export type { Episode, SegmentGroup } from './groups.ts';
export { inGroup, roomGroups } from './groups.ts';
export { autoencoderCeiling } from './sampling/autoencoder-ceiling.ts';
export type { FrameBaselineOptions } from './sampling/baseline-frames.ts';
export { baselineFrames } from './sampling/baseline-frames.ts';
export type { CounterfactualScores, CounterfactualSummary } from './sampling/counterfactuals.ts';
export { scoreCounterfactuals, summariseCounterfactuals } from './sampling/counterfactuals.ts';
export type { DrawBeyondOptions } from './sampling/draw-beyond.ts';
export { drawBeyond, taskBeyond } from './sampling/draw-beyond.ts';
export type { FrameCandidate, FrameTask, FrameWindow, SampleSetting } from './sampling/frame-candidate.ts';
export {
  CONTEXT_FRAMES,
  contextOf,
  sliceFrames,
  targetOf,
  WINDOW_FRAMES,
} from './sampling/frame-candidate.ts';
export type { DrawFramesOptions, FrameSampler } from './sampling/frame-sampler.ts';
export { createFrameSampler } from './sampling/frame-sampler.ts';
export { inBytes } from './sampling/in-bytes.ts';
export { joinFrames } from './sampling/join-frames.ts';
export { lastFrame } from './sampling/last-frame.ts';
export type { SampleCandidatesOptions } from './sampling/sample-candidates.ts';
export { sampleCandidates, samplesAsOne } from './sampling/sample-candidates.ts';
export type { FrameCandidateScores, FramePrediction, FrameScore } from './sampling/score-frames.ts';
export { scoreFrames, wholeWindow } from './sampling/score-frames.ts';
export type { FrameSummary } from './sampling/summarise-frames.ts';
export { frameDifference, summariseFrames } from './sampling/summarise-frames.ts';
export { tokenizerCeiling, tokenModelFrames } from './sampling/token-model-frames.ts';
export { tuneBlurOn } from './sampling/tune-blur-on.ts';
