import type { Dataset } from '@borealis/dataset';
import { CliError } from '../cli-error.ts';
import type { TokenRunFacts } from './token-recipe.ts';

/**
 * What a reader of the figures must know.
 *
 * @param hashes fingerprints of what is predicted, and of what baselines were fitted on
 */
export function compressionWarnings(
  runs: readonly TokenRunFacts[],
  hashes: { readonly data: string; readonly training?: string },
): string[] {
  const seen = runs.filter(({ training }) => training === hashes.data).map(({ name }) => name);
  return [
    ...(seen.length === 0 ? [] : [`${seen.join(', ')}: evaluated on the very tokens that it was trained on`]),
    ...(hashes.training === hashes.data
      ? ['the baselines were fitted on the very tokens that they predict']
      : []),
  ];
}

/** @throws CliError `tokens` where training and evaluation data say that different tokenizers made them */
export function checkSameTokenizer(data: Dataset, training: Dataset): void {
  const [made, fitted] = [data, training].map(({ metadata }) => metadata['tokenizer']);
  if (typeof made !== 'string' || typeof fitted !== 'string' || made === fitted) return;
  throw new CliError(
    'tokens',
    `${data.dir} was tokenized with ${made.slice(0, 12)}…, ${training.dir} with ${fitted.slice(0, 12)}…: their codes mean different things`,
  );
}
