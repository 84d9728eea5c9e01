import { workerData } from 'node:worker_threads';

// A thread of the training process, which TensorFlow blocks for minutes: when the one that started it is gone, however
// it ended, nobody waits for what is computed, and its processor and memory are wanted back.
const parent: unknown = workerData;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 200);
