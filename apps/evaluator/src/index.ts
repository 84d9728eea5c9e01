export { averageScores } from './compression/average-scores.ts';
export type { BaselineOptions } from './compression/baseline-candidates.ts';
export { baselineCandidates } from './compression/baseline-candidates.ts';
export { modelCandidate } from './compression/model-candidate.ts';
export type { CandidateScores, GridScore, ScoreTokensOptions } from './compression/score-tokens.ts';
export { scoreTokens } from './compression/score-tokens.ts';
export { statesOfAnotherSegment } from './compression/shuffled-states.ts';
export type { TokenSummary } from './compression/summarise-tokens.ts';
export { summariseTokens, tokenDifference } from './compression/summarise-tokens.ts';
export type { PredictionMode, TokenCandidate } from './compression/token-candidate.ts';
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
