// Starts a backend in this thread, computes every op there, and posts the values.
import { parentPort, workerData } from 'node:worker_threads';
import { startBackend } from '../index.ts';
import { everyOp } from '../ops/every-op.test.fixture.ts';
import type { BackendOptions } from './start-backend.ts';

const { backend, rounds } = workerData as { backend: NonNullable<BackendOptions['backend']>; rounds: number };
const info = await startBackend({ backend });
let values = everyOp();
for (let round = 1; round < rounds; round++) values = everyOp();
parentPort?.postMessage({ backend: info.backend, compiles: info.compiles, values });
