import { parentPort, workerData } from 'node:worker_threads';
import { DatasetError } from '../dataset-error.ts';
import { openVideo } from './open-video.ts';

/** The entry of a worker thread: opens the video that it is told, and tells the error's code. */
const outcome = await openVideo(String(workerData)).then(
  () => 'opened',
  (error: unknown) => (error instanceof DatasetError ? error.code : String(error)),
);
parentPort?.postMessage(outcome);
