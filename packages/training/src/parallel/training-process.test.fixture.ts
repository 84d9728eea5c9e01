// One process of a test's cluster: trains the tiny model as it is told, and sends what came of it.
import { join } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import type { LoaderPosition, Window, WindowShare } from '@borealis/dataset';
import type { ClusterOptions } from '@borealis/tensor';
import { joinCluster, startBackend } from '@borealis/tensor';
import { combineLogs } from '../logs/training-log.ts';
import { trainLoop } from '../loop/train-loop.ts';
import type { TrainingConfig } from '../loop/training-config.ts';
import { noiselessModel, TINY_CONFIG, TINY_STATISTICS, tinyWindows } from '../tiny-model.test.fixture.ts';

export interface TrainingJob {
  readonly cluster: ClusterOptions;
  readonly folder: string;
  readonly training: TrainingConfig;
  readonly seed: number;
  /** Stops after so many steps, and goes on, in a second store; by the last task's signal. */
  readonly stopAfter?: number;
}

/** This task's part of the tiny windows. */
async function* shareOfWindows(
  position: LoaderPosition | undefined,
  { index: own, of }: WindowShare,
): AsyncGenerator<Window, void, void> {
  let group: Window[] = [];
  for await (const window of tinyWindows(5)(position)) {
    group.push(window);
    if (group.length < of || window.position === undefined) continue;
    yield { ...(group[own] as Window), position: window.position };
    group = [];
  }
}

const {
  cluster: joining,
  folder,
  training,
  seed,
  stopAfter,
} = JSON.parse(process.argv[2] ?? '') as TrainingJob;
const orphaned = () => process.exit(1); // the test is gone
process.on('disconnect', orphaned);
const tell = (fact: unknown) => process.send?.(fact);

await startBackend({ backend: 'tensorflow' });
try {
  const cluster = await joinCluster(joining);
  const train = async (name: string, signal?: AbortSignal) => {
    const note = (step: number) => {
      if (step === 3) tell('training');
    };
    const log = { ...combineLogs([]), train: note };
    const result = await trainLoop({
      ...{
        model: noiselessModel,
        config: TINY_CONFIG,
        statistics: TINY_STATISTICS,
        cluster,
        training,
        seed,
        log,
      },
      windows: (position, share) => shareOfWindows(position, share ?? { index: 0, of: 1 }),
      ...(cluster.task === 0 ? { store: await openFolderStore(join(folder, name)) } : {}),
      ...(signal === undefined ? {} : { signal }),
      evaluate: () => Promise.resolve({ task: cluster.task }),
    });
    tell({ [name]: result });
  };
  await train('whole');
  if (stopAfter !== undefined) {
    const stop = new AbortController();
    if (cluster.task === cluster.size - 1) stopAtStep(stop, stopAfter);
    await train('parts', stop.signal);
    await train('parts');
  }
} catch (error) {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  tell({ failed: { code: error.code, message: error.message } });
}
process.off('disconnect', orphaned);
process.disconnect();

/** Fires when that many batches were asked for: after that step, the loop looks at the signal. */
function stopAtStep(stop: AbortController, steps: number): void {
  const toBatch = noiselessModel.toBatch.bind(noiselessModel);
  let batches = 0;
  noiselessModel.toBatch = (...args) => {
    if (++batches === steps) stop.abort();
    return toBatch(...args);
  };
}
