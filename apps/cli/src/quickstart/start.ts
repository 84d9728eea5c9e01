import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Beginning, Plan } from './plan.ts';
import type { Tell } from '../progress/stage-progress.ts';
import { runStage } from './stage.ts';

/** What the parts of a start share. */
export interface Start {
  /** Raw data. */
  readonly training: string;
  readonly validation: string;
  /** Raw data: the same contexts, then other actions in `b` than in `a`. */
  readonly pairs: { readonly a: string; readonly b: string } | null;
  readonly beginning: Beginning;
  readonly plan: Plan;
  readonly signal: AbortSignal | undefined;
  readonly tell: Tell;
  /** Tells, or ends where the start was told to: for work that has nothing to save on the way. Throws CliError `interrupted`. */
  readonly tellOrStop: (tell: Tell) => Tell;
  /** A place in the folder of this start. */
  readonly at: (name: string) => string;
  /**
   * Runs a stage, or returns what an earlier start of the same has left of it.
   *
   * @throws CliError `interrupted` where the start was told to end
   */
  readonly stage: <Result>(name: string, work: (tell: Tell) => Promise<Result>) => Promise<Result>;
}

export function createStart(options: {
  readonly training: string;
  readonly validation: string;
  readonly pairs: Start['pairs'];
  readonly beginning: Beginning;
  readonly plan: Plan;
  readonly signal: AbortSignal | undefined;
  /** Of starts from equal input. */
  readonly folder: string;
  readonly tell: Tell;
}): Start {
  const { folder, ...shared } = options;
  const { signal, tell } = shared;
  const at = (name: string) => join(folder, name);
  const stopWhereTold = () => {
    if (signal?.aborted === true)
      throw new CliError('interrupted', 'interrupted: start again to go on from here');
  };
  return {
    ...{ ...shared, at },
    tellOrStop: (tellOne) => (message) => {
      stopWhereTold();
      tellOne(message);
    },
    stage: async (name, run) => {
      stopWhereTold();
      return runStage({ name, directory: at('stages'), tell, run });
    },
  };
}
