import { expect, it } from 'vitest';
import { startBackend } from '../index.ts';
import { everyOp } from '../ops/every-op.test.fixture.ts';
import { opsInWorker } from './ops-in-worker.test.fixture.ts';

it('two workers and the main thread compute at the same time, each on a backend of its own, the same bits', async () => {
  await startBackend({ backend: 'tensorflow' });
  const working = Promise.all([opsInWorker('tensorflow', 4), opsInWorker('tensorflow', 4)]);
  const own = everyOp();
  const reports = await working;
  for (const { backend, compiles, values } of reports) {
    expect({ backend, compiles }).toEqual({ backend: 'tensorflow', compiles: true });
    expect(values).toEqual(own);
  }
  expect(everyOp()).toEqual(own); // the workers' end took nothing away
});
