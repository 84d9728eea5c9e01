import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { combineLogs } from '@borealis/training';
import { expect, test } from 'vitest';
import { lastCheckpoint } from './last-checkpoint.test.fixture.ts';
import { tinySettings } from './tiny-data.test.fixture.ts';
import { train } from './train.ts';

test(
  'trains; stopped and resumed it gives the same bits; the run folder holds everything',
  { timeout: 180_000 },
  async () => {
    const { folder, ...settings } = await tinySettings();
    const whole = await train(settings);
    expect(whole).toMatchObject({
      model: 'st-transformer',
      finished: true,
      step: 6,
      steps: 6,
      resumedFrom: 0,
    });
    expect(whole.train?.['loss']).toBeLessThan(Math.log(16) + 0.5);
    expect(Object.keys(whole.evaluation ?? {}).sort()).toEqual(['future', 'future_autoregressive', 'loss']);
    expect((await readdir(settings.run)).sort()).toEqual([
      'checkpoints',
      'config.json',
      'metrics.jsonl',
      'tensorboard',
      'versions.json',
    ]);
    const config: unknown = JSON.parse(await readFile(join(settings.run, 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      model: 'st-transformer',
      modelConfig: { dim: 8, gridHeight: 2, gridWidth: 2 },
      training: { steps: 6, batchSize: 2 },
      seed: 3,
      data: { dir: settings.data, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
      validation: { windows: 3 },
    });
    const versions: unknown = JSON.parse(await readFile(join(settings.run, 'versions.json'), 'utf8'));
    expect(versions).toMatchObject([
      { node: process.versions.node, packages: { '@borealis/st-transformer': expect.any(String) } },
    ]);

    const run = join(folder, 'in-parts');
    const stop = new AbortController();
    const seen: number[] = [];
    const watch = (step: number) => {
      seen.push(step);
      if (step === 2) stop.abort();
    };
    const log = { ...combineLogs([]), train: watch };
    const part = await train({ ...settings, run, log, signal: stop.signal });
    expect(part.finished).toBe(false);
    expect(part.step).toBeGreaterThanOrEqual(2); // the flag crosses processes: a step more may be done
    expect(part.step).toBeLessThan(6);
    expect(seen.at(-1)).toBe(part.step);
    // What is left open is taken from the run.
    const rest = await train({ model: settings.model, data: settings.data, run, resume: 'must' });
    expect(rest).toMatchObject({ finished: true, step: 6, resumedFrom: part.step });
    expect(await lastCheckpoint(run)).toEqual(await lastCheckpoint(settings.run));
    const [a, b] = await Promise.all(
      [settings.run, run].map((path) => readFile(join(path, 'metrics.jsonl'), 'utf8')),
    );
    expect(b).toBe(a);

    const again = await train({ ...settings, resume: 'may' });
    expect(again).toMatchObject({ finished: true, step: 6, resumedFrom: 6 });
    await expect(train(settings)).rejects.toMatchObject({ name: 'TrainingError', code: 'RUN_EXISTS' });
    await expect(train({ ...settings, resume: 'may', seed: 4 })).rejects.toMatchObject({
      code: 'RUN_MISMATCH',
      message: expect.stringContaining('other settings: seed.'),
    });
  },
);

test.each([
  ['UNKNOWN_MODEL', { model: 'st-former' }, /no model "st-former"; there is st-transformer/],
  ['UNKNOWN_PRESET', { preset: 'smal' }, /no preset "smal"; it has revontuli-136m, small/],
  ['INVALID_CONFIG', { modelConfig: { dim: 0, wide: true } }, /wide/],
  ['INVALID_ARGUMENT', { training: { steps: NaN } }, /steps/],
  ['INVALID_ARGUMENT', { resume: 'must' }, /holds no run/],
] as const)('%s: %o', async (code, changes, message) => {
  const { folder, ...settings } = await tinySettings();
  const run = train({ ...settings, ...changes });
  await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect((await readdir(folder)).sort()).toEqual(['train', 'val']); // nothing begun
});

test('data that are damaged or missing', async () => {
  const { folder, ...settings } = await tinySettings();
  await expect(train({ ...settings, data: join(folder, 'none') })).rejects.toMatchObject({
    name: 'DatasetError',
  });
  const tokens = join(settings.data, 'video_0.bin');
  await writeFile(tokens, (await readFile(tokens)).subarray(4));
  await expect(train(settings)).rejects.toMatchObject({ name: 'DatasetError', code: 'file-size' });
});
