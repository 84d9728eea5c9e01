import type { NamedTensors } from '@borealis/training';

/** What is timed on our side. */
export interface Program {
  /** One iteration; its results are there when it returns, and stand until the next. */
  run(): void;
  /** Results of the last iteration; they stay the program's. */
  outputs(): NamedTensors;
}
