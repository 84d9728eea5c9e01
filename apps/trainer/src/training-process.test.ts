import type * as processes from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { combineLogs } from '@borealis/training';
import { expect, test, vi } from 'vitest';
import { tinySettings } from './tiny-data.test.fixture.ts';
import { train } from './train.ts';

vi.mock('node:child_process', async (original) => {
  const real = await original<typeof processes>();
  return { ...real, fork: vi.fn(real.fork) };
});

const signalTraining = (signal: NodeJS.Signals): void => {
  (vi.mocked(fork).mock.results.at(-1)?.value as processes.ChildProcess).kill(signal);
};

test('a training process that is killed is an error that says so', async () => {
  const { folder: _, ...settings } = await tinySettings();
  const log = {
    ...combineLogs([]),
    train: () => {
      signalTraining('SIGKILL');
    },
  };
  const training = { ...settings.training, steps: 1_000_000 };
  await expect(train({ ...settings, training, log })).rejects.toMatchObject({
    code: 'PROCESS_ENDED',
    message: expect.stringContaining('was ended by SIGKILL'),
  });
});

test('signals that a terminal sends to all are for the process that waits: training goes on', async () => {
  const { folder: _, ...settings } = await tinySettings();
  const log = {
    ...combineLogs([]),
    train: () => {
      signalTraining('SIGINT');
      signalTraining('SIGTERM');
    },
  };
  expect(await train({ ...settings, log })).toMatchObject({ finished: true, step: 6 });
});

test('where the process that waits for it is killed, training ends', async () => {
  const { folder: _, ...settings } = await tinySettings();
  const entry = fileURLToPath(new URL('endless-training.test.fixture.ts', import.meta.url));
  const waiting = spawn(
    process.execPath,
    ['--conditions=@borealis/source', '--import', 'tsx', entry, JSON.stringify(settings)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(waiting.stdout, 'data');
  waiting.kill('SIGKILL');
  await once(waiting, 'close'); // closed by all who hold its output: the training process is one
});
