import { parentPort, workerData } from 'node:worker_threads';
import type { TrainingLog } from '@borealis/training';
import { runTraining } from './run-training.ts';
import type { FromThread, ToThread } from './thread-messages.ts';
import { carryError } from './thread-messages.ts';
import type { TrainSettings } from './train-settings.ts';

// The thread that computes: TensorFlow blocks it, the main one stays free. It does as soon as it is started.
const port = parentPort;
if (port === null) throw new TypeError('this module is the entry of a worker thread');

const tell = (message: FromThread): void => {
  port.postMessage(message);
};
const log: TrainingLog = {
  start: (start) => {
    tell({ kind: 'start', start });
  },
  train: (step, values) => {
    tell({ kind: 'train', step, values });
  },
  evaluation: (step, values) => {
    tell({ kind: 'evaluation', step, values });
  },
  flush: () => undefined,
  close: () => undefined,
};
const stop = new AbortController();
port.on('message', (_: ToThread) => {
  stop.abort();
});

try {
  const result = await runTraining(workerData as TrainSettings, { log, signal: stop.signal });
  tell({ kind: 'done', result });
} catch (error) {
  tell({ kind: 'failed', error: carryError(error) });
} finally {
  port.close();
}
