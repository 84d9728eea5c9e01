import { DatasetError } from './dataset-error.ts';
import type { DatasetErrorCode, DatasetErrorPlace } from './dataset-error.ts';

/** Something wrong with a dataset. */
export interface Problem extends DatasetErrorPlace {
  /** `fatal`: the dataset can't be opened. `error`: it can, and some of what it holds is wrong. */
  readonly severity: 'fatal' | 'error';
  readonly code: DatasetErrorCode;
  readonly message: string;
}

/** Problems kept; a dataset this broken needs no longer list. */
export const MAX_PROBLEMS = 200;

/** A problem from an error of ours; any other error is thrown on. */
export function problemFrom(error: unknown, severity: Problem['severity'], shard?: number): Problem {
  if (!(error instanceof DatasetError)) throw error;
  const { code, message, file, byte, frame } = error;
  return { severity, code, message, file, byte, frame, shard: error.shard ?? shard };
}

/** The error that opening a dataset throws for its fatal problems, or nothing. */
export function errorFrom(dir: string, problems: readonly Problem[]): DatasetError | undefined {
  const fatal = problems.filter((problem) => problem.severity === 'fatal');
  const [first] = fatal;
  if (first === undefined) return undefined;
  const more =
    fatal.length > 1
      ? ` There are ${fatal.length - 1} more problems like this; validateDataset lists them.`
      : '';
  return new DatasetError(first.code, `${dir} can't be opened: ${first.message}${more}`, first);
}
