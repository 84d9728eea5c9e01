import { basename, resolve } from 'node:path';
import type { WindowSpec } from '@borealis/dataset';
import type { PredictionMode, TokenCandidate } from '@borealis/evaluator';
import { modelCandidate } from '@borealis/evaluator';
import type { TokenPredictor } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import { loadPredictor } from '../models/load-predictor.ts';

/** What a trained model that is evaluated is, in the output. */
export interface TokenRunFacts {
  readonly name: string;
  readonly parameterCount: number;
  /** Steps trained. */
  readonly step: number;
  /** SHA-256 over its parameters. */
  readonly weights: string;
  /** Fingerprints of what it was trained on, and evaluated on meanwhile; null where nothing was. */
  readonly training: string;
  readonly validation: string | null;
}

export interface TokenRun {
  readonly folder: string;
  readonly facts: TokenRunFacts;
  readonly predictor: TokenPredictor;
  readonly spec: WindowSpec;
  readonly dispose: () => void;
}

/** Trained models that differ in their seeds alone: their mean scores are those of the recipe. */
export interface TokenRecipe {
  readonly name: string;
  readonly runs: readonly TokenRun[];
  dispose(): void;
}

/**
 * Loads run folders or model folders. The backend must have been started.
 *
 * @param nameOf what `runNames` says
 */
export async function loadTokenRecipe(
  folders: readonly string[],
  nameOf: (folder: string) => string,
): Promise<TokenRecipe> {
  const names = folders.map(nameOf);
  const runs: TokenRun[] = [];
  const dispose = (): void => {
    for (const run of runs) run.dispose();
  };
  try {
    for (const [i, folder] of folders.entries()) {
      const loaded = await loadPredictor(folder);
      const { predictor, spec } = loaded;
      runs.push({
        ...{ folder, predictor, spec },
        facts: loaded.facts(names[i] ?? folder),
        dispose: () => {
          loaded.dispose();
        },
      });
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { name: recipeName(names), runs, dispose };
}

/** The name that runs share, where they are told apart by their ends: `on-1`, `on-2` → `on (2 seeds)`. */
function recipeName(names: readonly string[]): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  let length = first.length;
  while (!others.every((name) => name.startsWith(first.slice(0, length)))) length--;
  const shared = first.slice(0, length).replace(/[-_. /]*(seed)?[-_. /]*$/, '');
  return shared.length < 2 ? `mean of ${names.join(', ')}` : `${shared} (${names.length} seeds)`;
}

/** A candidate for each of a recipe's runs. */
export function candidatesOf(
  { runs }: TokenRecipe,
  options: {
    readonly suffix?: string;
    readonly statesFor?: NonNullable<Parameters<typeof modelCandidate>[0]['statesFor']>;
    readonly modes?: readonly PredictionMode[];
  } = {},
): TokenCandidate[] {
  const { suffix = '', ...rest } = options;
  return runs.map(({ facts, predictor }) =>
    modelCandidate({
      name: `${facts.name}${suffix}`,
      predictor,
      classes: predictor.classes,
      ...rest,
    }),
  );
}

/** @throws CliError `nothing-to-evaluate` where models can't be scored on the same windows */
export function checkComparable(recipes: readonly TokenRecipe[]): TokenRun {
  const [first, ...others] = recipes.flatMap(({ runs }) => runs);
  if (first === undefined) throw new CliError('nothing-to-evaluate', 'no run was given: --run RUN');
  const formOf = ({ predictor: { classes, contextGrids, grids } }: TokenRun) =>
    `${grids} grids, ${contextGrids} given, ${classes} codes`;
  for (const other of others) {
    if (formOf(other) === formOf(first)) continue;
    throw new CliError(
      'nothing-to-evaluate',
      `${other.folder} predicts ${formOf(other)}, ${first.folder} ${formOf(first)}: they can't be compared`,
    );
  }
  return first;
}

/**
 * Folders go by their names, or by their paths where two have one name.
 *
 * @throws CliError `invalid-option` where a folder is given twice
 */
export function runNames(folders: readonly string[]): (folder: string) => string {
  const paths = new Set(folders.map((folder) => resolve(folder)));
  if (paths.size < folders.length) throw new CliError('invalid-option', 'a run was given twice');
  const names = new Set(folders.map((folder) => basename(folder)));
  return names.size === folders.length ? (folder) => basename(folder) : (folder) => folder;
}
