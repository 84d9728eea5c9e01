import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import { tensorOf, writeSafetensors } from '@borealis/safetensors';
import { startTrainingBackend } from '@borealis/tensor';
import { combineLogs, readStatistics } from '@borealis/training';
import { beforeAll, expect, test } from 'vitest';
import { lastCheckpoint } from './last-checkpoint.test.fixture.ts';
import { movingBars } from './moving-bar.test.fixture.ts';
import { train } from './train.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

test('a sampler trains on latents; stopped and resumed it gives the same bits; futures are drawn meanwhile', async () => {
  const { folder, ...bars } = await movingBars();
  const statistics = join(folder, 'text.safetensors');
  await writeSafetensors(statistics, new Map([['text_embedding', tensorOf(Float32Array.of(1, 2, 3, 4))]]));
  const settings = { ...bars, statistics };
  const whole = await train(settings);
  expect(whole).toMatchObject({ finished: true, step: 4 });
  expect(Object.keys(whole.evaluation ?? {}).sort()).toEqual(['clean', 'loss', 'psnr']);
  expect(whole.evaluation?.['psnr']).toBeGreaterThan(3);

  const run = join(folder, 'in-parts');
  const stop = new AbortController();
  const watch = (step: number) => {
    if (step === 1) stop.abort();
  };
  const log = { ...combineLogs([]), train: watch };
  const part = await train({ ...settings, run, log, signal: stop.signal });
  expect(part.finished).toBe(false);
  const rest = await train({ model: settings.model, data: settings.data, run, resume: 'must' });
  expect(rest).toMatchObject({ finished: true, step: 4, resumedFrom: part.step });
  expect(await lastCheckpoint(run)).toEqual(await lastCheckpoint(settings.run));
  const stored = await readStatistics(await openFolderStore(join(run, 'checkpoints')));
  expect(stored?.['text_embedding']).toEqual(Float32Array.of(1, 2, 3, 4));
  const metrics = (path: string) => readFile(join(path, 'metrics.jsonl'), 'utf8');
  expect(await metrics(run)).toBe(await metrics(settings.run));
});
