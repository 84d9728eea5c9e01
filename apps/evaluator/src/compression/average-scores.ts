import type { TokenScore } from '@borealis/metrics';
import { EvaluatorError } from '../evaluator-error.ts';
import type { CandidateScores, GridScore } from './score-tokens.ts';

/**
 * Several runs of one recipe (other seeds) as one candidate: the mean of their scores on each grid of each window.
 *
 * @throws {EvaluatorError} `windows` where they were scored on different ones
 */
export function averageScores(name: string, runs: readonly CandidateScores[]): CandidateScores {
  const [first] = runs;
  if (first === undefined) throw new Error(`${name}: there are no scores to average`);
  const grids = first.grids.map((grid, i): GridScore => {
    const each = runs.map((run) => {
      const score = run.grids[i];
      if (score?.window !== grid.window || score.grid !== grid.grid) {
        throw new EvaluatorError('windows', `${run.name} was scored on other windows than ${first.name}`);
      }
      return score;
    });
    const mean = (metric: keyof TokenScore) =>
      each.reduce((sum, score) => sum + score[metric], 0) / each.length;
    return {
      ...grid,
      topKCrossEntropy: mean('topKCrossEntropy'),
      renormalisedCrossEntropy: mean('renormalisedCrossEntropy'),
      crossEntropy: mean('crossEntropy'),
      hitRate: mean('hitRate'),
      accuracy: mean('accuracy'),
    };
  });
  return { name, mode: first.mode, grids };
}
