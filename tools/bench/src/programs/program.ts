import type { NamedTensors } from '@borealis/training';

/** What is timed on our side. */
export interface Program {
  /** One iteration; its results are there when it returns or, where what users call is asynchronous, resolves. */
  run(): void | Promise<void>;
  /** Results of the last iteration; they stay the program's. */
  outputs(): NamedTensors | Promise<NamedTensors>;
}
