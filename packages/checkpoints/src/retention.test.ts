import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCheckpointStore, openFolderStore } from './index.ts';
import { folderStorage } from './folder-storage.ts';
import { stepsToRemove } from './retention.ts';
import { content, STATE, temporaryFolder } from './store.test.fixture.ts';

describe('which steps go', () => {
  const steps = [100, 1000, 200, 300, 900];
  test.each<[object, number, number[]]>([
    [{ keepLast: 5 }, 1000, []],
    [{ keepLast: 9 }, 1000, []],
    [{ keepLast: 2 }, 1000, [100, 200, 300]],
    [{ keepLast: 1 }, 1000, [100, 200, 300, 900]],
    [{ keepLast: 1, keepEvery: 300 }, 1000, [100, 200]],
    [{ keepLast: 1, keepEvery: 1 }, 1000, []],
    // A run that was resumed from an older step saves below the highest.
    [{ keepLast: 1 }, 200, [100, 300, 900]],
  ])('%j after saving %i', (retention, saved, gone) => {
    expect(stepsToRemove(steps, saved, retention as { keepLast: number })).toEqual(gone);
  });
});

test('the last ones and the milestones stay', async () => {
  const store = await openFolderStore(await temporaryFolder(), {
    retention: { keepLast: 2, keepEvery: 400 },
  });
  for (let step = 100; step <= 1000; step += 100) await store.save(content(step));
  expect((await store.list()).map(({ step }) => step)).toEqual([400, 800, 900, 1000]);
});

test('damaged checkpoints don’t count: the good ones are not removed for their sake', async () => {
  const folder = await temporaryFolder();
  const keep = await openFolderStore(folder);
  for (const step of [100, 200, 300]) await keep.save(content(step));
  for (const name of ['step-00000200', 'step-00000300']) await rm(join(folder, name, 'manifest.json'));
  const warnings: string[] = [];
  const store = await openFolderStore(folder, {
    retention: { keepLast: 2 },
    warn: (text) => warnings.push(text),
  });
  await store.save(content(400));
  expect((await store.list()).map(({ step }) => step)).toEqual([100, 400]);
  expect(warnings).toHaveLength(2);
});

test('one that can’t be removed is a warning: the run goes on', async () => {
  const folder = await temporaryFolder();
  const warnings: string[] = [];
  const store = createCheckpointStore(
    { ...folderStorage(folder), remove: () => Promise.reject(new Error('read-only')) },
    { retention: { keepLast: 1 }, warn: (text) => warnings.push(text) },
  );
  await store.save(content(1));
  await store.save(content(2));
  expect(warnings).toEqual([
    expect.stringMatching(/step 2 is saved, but step 1 could not be removed.*read-only/),
  ]);
  expect((await store.loadLatest({ state: STATE }))?.step).toBe(2);
});

test.each([{ keepLast: 0 }, { keepLast: 1.5 }, { keepLast: 1, keepEvery: 0 }, { keepLast: Number.NaN }])(
  '%j is refused',
  async (retention) => {
    const folder = await temporaryFolder();
    await expect(openFolderStore(folder, { retention })).rejects.toMatchObject({ code: 'invalid-retention' });
  },
);
