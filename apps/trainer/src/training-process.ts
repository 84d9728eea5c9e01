import { Worker } from 'node:worker_threads';
import type { TrainingLog } from '@borealis/training';
import type { FromProcess, ToProcess } from './process-messages.ts';
import { carryError } from './process-messages.ts';
import type { TrainSettings } from './train-settings.ts';

// The process that computes: TensorFlow blocks it, the one that started it stays free.

// From source or built, whichever this is.
const PARENT_WATCH = import.meta.url.endsWith('.ts')
  ? new URL('./parent-watch.ts', import.meta.url)
  : new URL('./parent-watch.js', import.meta.url);

// Terminals and supervisors signal this process, too; the one that started it decides what follows.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => undefined);

new Worker(PARENT_WATCH, { workerData: process.ppid }).unref();
process.on('disconnect', () => process.exit());

const stop = new AbortController();
process.on('message', (message: ToProcess) => {
  if (message.kind === 'stop') stop.abort();
  else void answer(message.settings);
});

async function answer(settings: TrainSettings): Promise<void> {
  const last = await compute(settings);
  tell(last, () => {
    process.disconnect();
  });
}

async function compute(settings: TrainSettings): Promise<FromProcess> {
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
  try {
    // Loaded last: until there are handlers, a signal ends this process before it could say anything.
    const { runTraining } = await import('./run-training.ts');
    return { kind: 'done', result: await runTraining(settings, { log, signal: stop.signal }) };
  } catch (error) {
    return { kind: 'failed', error: carryError(error) };
  }
}

/** A message that can't be sent has nobody to go to: this process is about to end. */
function tell(message: FromProcess, sent: () => void = () => undefined): void {
  if (process.send === undefined)
    throw new TypeError('this module is the entry of a process that train() starts');
  process.send(message, sent);
}
