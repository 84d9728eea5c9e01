import { Worker } from 'node:worker_threads';
import type { TrainingLog } from '@borealis/training';
import { TrainerError } from './trainer-error.ts';
import type { FromThread, ToThread } from './thread-messages.ts';
import { receiveError } from './thread-messages.ts';
import type { TrainResult, TrainSettings } from './train-settings.ts';

export interface TrainOptions extends TrainSettings {
  /** Told of each step, besides the files of the run: `createProgressLog()` of @borealis/training, for one. */
  readonly log?: TrainingLog;
  /** When it fires, the step under way is finished and saved. `stopOnSignals` gives one. */
  readonly signal?: AbortSignal;
}

// From source or built, whichever this is.
const THREAD = import.meta.url.endsWith('.ts')
  ? new URL('./training-thread.ts', import.meta.url)
  : new URL('./training-thread.js', import.meta.url);

/**
 * Trains a model of the contract on a dataset, in a thread of its own, into a run folder that holds everything needed
 * to resume to the same bits. Errors keep the name, code and message that they were thrown with, not their class.
 *
 * @throws TrainerError `UNKNOWN_MODEL`, `UNKNOWN_PRESET`, `INVALID_CONFIG`, `INVALID_ARGUMENT`; TrainingError
 * `RUN_EXISTS`, `RUN_MISMATCH`, `NOT_FINITE`, …; DatasetError, CheckpointError, TensorError; the system's errors
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { log, signal, ...settings } = options;
  const worker = new Worker(THREAD, { workerData: settings });
  const stop = (): void => {
    worker.postMessage('stop' satisfies ToThread);
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await resultOf(worker, log);
  } finally {
    signal?.removeEventListener('abort', stop);
    await log?.close();
  }
}

function resultOf(worker: Worker, log: TrainingLog | undefined): Promise<TrainResult> {
  return new Promise((resolve, reject) => {
    let end = (code: number): void => {
      reject(new TrainerError('THREAD_ENDED', `the training thread ended with status ${code} and no result`));
    };
    worker.on('message', (message: FromThread) => {
      switch (message.kind) {
        case 'start':
          void log?.start(message.start);
          break;
        case 'train':
        case 'evaluation':
          void log?.[message.kind](message.step, message.values);
          break;
        case 'done':
          end = () => {
            resolve(message.result);
          };
          break;
        case 'failed':
          end = () => {
            reject(receiveError(message.error));
          };
          break;
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      end(code);
    });
  });
}
