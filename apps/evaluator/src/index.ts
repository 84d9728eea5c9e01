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
export { baselineFrames } from './sampling/baseline-frames.ts';
export type { FrameCandidate, FrameWindow } from './sampling/frame-candidate.ts';
export {
  CONTEXT_FRAMES,
  contextOf,
  sliceFrames,
  targetOf,
  WINDOW_FRAMES,
} from './sampling/frame-candidate.ts';
export type { FrameCandidateScores, FrameSummary } from './sampling/score-frames.ts';
export { frameDifference, scoreFrames, summariseFrames } from './sampling/score-frames.ts';
export { tokenizerCeiling, tokenModelFrames } from './sampling/token-model-frames.ts';
