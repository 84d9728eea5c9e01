import { basename } from 'node:path';
import { openDataset } from '@borealis/dataset';
import type { CandidateScores, PredictionMode, TokenCandidate, TokenSummary } from '@borealis/evaluator';
import {
  averageScores,
  baselineCandidates,
  modelCandidate,
  scoreTokens,
  statesOfAnotherSegment,
  summariseTokens,
  tokenDifference,
} from '@borealis/evaluator';
import type { PairedDifference } from '@borealis/metrics';
import { startBackend } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';
import type { LoadedPredictor } from '../models/load-predictor.ts';
import { loadPredictor } from '../models/load-predictor.ts';

export interface EvaluateCompressionOptions {
  /** Tokens that are predicted. */
  readonly data: string;
  /** Tokens that the baselines are fitted on; without them there are no baselines. */
  readonly training?: string;
  /** Run folders: several are runs of one recipe with other seeds. */
  readonly runs: readonly string[];
  /** Run folders of another recipe, to be compared with `runs`. */
  readonly against: readonly string[];
  /** Score `runs` with the states of another segment, too. */
  readonly shuffleStates: boolean;
  /** `teacher-forced` must be among them: differences are taken there. */
  readonly modes: readonly PredictionMode[];
  readonly onProgress: (done: number, total: number) => void;
}

export interface CompressionEvaluation {
  readonly windows: number;
  readonly summaries: readonly TokenSummary[];
  /** In teacher-forced cross-entropy, nats per token: below 0 where the first is better. */
  readonly differences: readonly {
    readonly first: string;
    readonly second: string;
    readonly difference: PairedDifference;
  }[];
}

/** `borealis evaluate compression`. */
export async function evaluateCompression(
  options: EvaluateCompressionOptions,
): Promise<CompressionEvaluation> {
  const { runs, against, shuffleStates } = options;
  await startBackend();
  const validation = await openDataset(options.data);
  const training = options.training === undefined ? undefined : await openDataset(options.training);
  const loaded: LoadedPredictor[] = [];
  const load = async (run: string): Promise<LoadedPredictor> => {
    const predictor = await loadPredictor(run);
    loaded.push(predictor);
    return predictor;
  };
  try {
    const own = await Promise.all(runs.map(load));
    const others = await Promise.all(against.map(load));
    const [first] = own;
    if (first === undefined) throw new CliError('nothing-to-evaluate', 'no run was given: --run RUN');
    const windows = validation.windows(first.spec);
    const { classes, contextGrids, grids } = first.predictor;
    if (!options.modes.includes('teacher-forced')) {
      throw new CliError('invalid-option', 'differences are taken teacher-forced: add it to --mode');
    }
    const statesFor = shuffleStates ? await statesOfAnotherSegment(windows) : undefined;
    const named = (names: readonly string[], predictors: readonly LoadedPredictor[]) =>
      predictors.map(({ predictor }, i) => modelCandidate({ name: nameOf(names[i]), predictor, classes }));
    const ownCandidates = named(runs, own);
    const otherCandidates = named(against, others);
    const shuffled =
      statesFor === undefined
        ? []
        : own.map(({ predictor }, i) =>
            modelCandidate({
              name: `${nameOf(runs[i])}, states of another segment`,
              predictor,
              classes,
              statesFor,
              modes: ['teacher-forced'],
            }),
          );
    const baselines =
      training === undefined ? [] : await baselineCandidates({ training, classes, contextGrids, grids });
    const scores = await scoreTokens({
      windows,
      candidates: [...baselines, ...ownCandidates, ...otherCandidates, ...shuffled],
      modes: options.modes,
      onProgress: options.onProgress,
    });
    const forced = scores.filter(({ mode }) => mode === 'teacher-forced');
    const together = (candidates: readonly TokenCandidate[]): CandidateScores =>
      averageScores(
        candidates.map(({ name }) => name).join(', '),
        candidates.flatMap(({ name }) => forced.filter((score) => score.name === name)),
      );
    const groups = [...baselines.map((baseline) => [baseline]), otherCandidates, shuffled];
    const mean = together(ownCandidates);
    return {
      windows: windows.count,
      summaries: scores.map(summariseTokens),
      differences: groups
        .filter((group) => group.length > 0)
        .map(together)
        .map((group) => ({ first: mean.name, second: group.name, difference: tokenDifference(mean, group) })),
    };
  } finally {
    for (const predictor of loaded) predictor.dispose();
    await validation.close();
    await training?.close();
  }
}

function nameOf(run: string | undefined): string {
  return basename(run ?? '');
}
