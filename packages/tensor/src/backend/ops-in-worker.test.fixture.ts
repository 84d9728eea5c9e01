import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { OpValues } from '../ops/every-op.test.fixture.ts';

export interface WorkerReport {
  readonly backend: string;
  readonly compiles: boolean;
  readonly values: OpValues;
}

/** Every op, computed `rounds` times by a worker thread with a backend of its own. */
export async function opsInWorker(backend: 'tensorflow' | 'wasm', rounds = 1): Promise<WorkerReport> {
  const worker = new Worker(fileURLToPath(new URL('ops-worker.test.fixture.ts', import.meta.url)), {
    workerData: { backend, rounds },
    execArgv: ['--conditions=@borealis/source', '--import', 'tsx'],
  });
  const ended = once(worker, 'exit');
  const [report] = (await once(worker, 'message')) as [WorkerReport];
  await ended;
  return report;
}

/** The largest difference between two values of the same op, by op. */
export function differences(a: OpValues, b: OpValues): Record<string, number> {
  return Object.fromEntries(
    Object.entries(a).map(([name, values]) => {
      const others = b[name] ?? [];
      const same = values.length === others.length && values.length > 0;
      const all = values.map((value, i) => Math.abs(value - (others[i] ?? NaN)));
      return [name, same && !all.some(Number.isNaN) ? Math.max(...all) : Infinity];
    }),
  );
}
