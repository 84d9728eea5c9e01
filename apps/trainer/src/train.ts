import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { TrainingLog } from '@borealis/training';
import type { FromProcess, ToProcess } from './process-messages.ts';
import { receiveError } from './process-messages.ts';
import type { TrainResult, TrainSettings } from './train-settings.ts';
import { TrainerError } from './trainer-error.ts';

export interface TrainOptions extends TrainSettings {
  /** Told of each step, besides the files of the run: `createProgressLog()` of @borealis/training, for one. */
  readonly log?: TrainingLog;
  /** When it fires, the step under way is finished and saved. `stopOnSignals` gives one. */
  readonly signal?: AbortSignal;
}

// From source or built, whichever this is.
const PROCESS = import.meta.url.endsWith('.ts')
  ? new URL('./training-process.ts', import.meta.url)
  : new URL('./training-process.js', import.meta.url);

/**
 * Trains a model of the contract on a dataset, in a process of its own, into a run folder that holds everything needed
 * to resume to the same bits. Errors keep the name, code and message that they were thrown with, not their class.
 *
 * @throws TrainerError `UNKNOWN_MODEL`, `UNKNOWN_PRESET`, `INVALID_CONFIG`, `INVALID_ARGUMENT`, `PROCESS_ENDED`;
 * TrainingError `RUN_EXISTS`, `RUN_MISMATCH`, `NOT_FINITE`, …; DatasetError, CheckpointError, TensorError; the system's
 * errors
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { log, signal, ...settings } = options;
  const child = fork(PROCESS, { serialization: 'advanced' });
  const tell = (message: ToProcess): void => {
    if (child.connected) child.send(message);
  };
  const stop = (): void => {
    tell({ kind: 'stop' });
  };
  tell({ kind: 'train', settings });
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await resultOf(child, log);
  } finally {
    signal?.removeEventListener('abort', stop);
    await log?.close();
  }
}

async function resultOf(child: ChildProcess, log: TrainingLog | undefined): Promise<TrainResult> {
  let last: FromProcess | undefined;
  child.on('message', (message: FromProcess) => {
    last = message;
    if (message.kind === 'start') void log?.start(message.start);
    else if (message.kind === 'train' || message.kind === 'evaluation')
      void log?.[message.kind](message.step, message.values);
  });
  // The exit may be heard of before the last messages; after the disconnection there are none.
  const [[status, killedBy]] = (await Promise.all([once(child, 'exit'), once(child, 'disconnect')])) as [
    [number | null, NodeJS.Signals | null],
    unknown,
  ];
  if (last?.kind === 'done') return last.result;
  if (last?.kind === 'failed') throw receiveError(last.error);
  const how = killedBy === null ? `ended with status ${status}` : `was ended by ${killedBy}`;
  throw new TrainerError(
    'PROCESS_ENDED',
    `the training process ${how} and gave no result; its checkpoints are there to resume from`,
  );
}
