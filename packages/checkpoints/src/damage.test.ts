import { appendFile, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderStorage } from './folder-storage.ts';
import { createCheckpointStore, openFolderStore } from './index.ts';
import type { CheckpointStore } from './index.ts';
import { content, STATE, temporaryFolder } from './store.test.fixture.ts';

async function storeOfTwo(): Promise<{
  folder: string;
  newest: string;
  store: CheckpointStore;
  warnings: string[];
}> {
  const folder = await temporaryFolder();
  const warnings: string[] = [];
  const store = await openFolderStore(folder, { warn: (message) => warnings.push(message) });
  await store.save(content(100));
  await store.save(content(200));
  return { folder, newest: join(folder, 'step-00000200'), store, warnings };
}

async function editManifest(
  folder: string,
  edit: (manifest: Record<string, unknown>) => void,
): Promise<void> {
  const path = join(folder, 'manifest.json');
  const { manifest } = JSON.parse(await readFile(path, 'utf8')) as { manifest: Record<string, unknown> };
  edit(manifest);
  const sha256 = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  await writeFile(path, JSON.stringify({ manifest, sha256 }));
}

describe('the last good checkpoint is used, with one warning, where the newest', () => {
  test.each<[string, string, (newest: string) => Promise<void>]>([
    ['has no manifest', 'never finished', (newest) => rm(join(newest, 'manifest.json'))],
    ['has an empty manifest', 'manifest.json', (newest) => truncate(join(newest, 'manifest.json'))],
    ['has half a manifest', 'manifest.json', (newest) => truncate(join(newest, 'manifest.json'), 99)],
    [
      'has a manifest of another kind',
      'manifest.json',
      (newest) => writeFile(join(newest, 'manifest.json'), '{}'),
    ],
    [
      'lacks a group',
      'optimizer.safetensors: missing',
      (newest) => rm(join(newest, 'optimizer.safetensors')),
    ],
    ['lacks the state', 'state.json: missing', (newest) => rm(join(newest, 'state.json'))],
    ['has a short group', 'params.safetensors', (newest) => truncate(join(newest, 'params.safetensors'), 9)],
    [
      'has an empty group',
      'params.safetensors: 0 bytes',
      (newest) => truncate(join(newest, 'params.safetensors')),
    ],
    ['has a long state', 'state.json', (newest) => appendFile(join(newest, 'state.json'), ' ')],
    [
      'has a folder for a file',
      'state.json: missing',
      async (newest) => {
        await rm(join(newest, 'state.json'));
        await mkdir(join(newest, 'state.json'));
      },
    ],
    [
      'is an empty folder',
      'never finished',
      async (newest) => {
        await rm(newest, { recursive: true });
        await mkdir(newest);
      },
    ],
    [
      'is a file',
      'never finished',
      async (newest) => {
        await rm(newest, { recursive: true });
        await writeFile(newest, '');
      },
    ],
    [
      'is a copy of another step',
      'written for step 200',
      (newest) => rename(newest, newest.replace('200', '300')),
    ],
    [
      'names a file outside',
      'manifest.json',
      (newest) =>
        editManifest(newest, (manifest) => {
          manifest['groups'] = ['../step-00000100/params', 'optimizer'];
        }),
    ],
    [
      'names files that are no groups',
      'manifest.json',
      (newest) =>
        editManifest(newest, (manifest) => {
          manifest['groups'] = [];
        }),
    ],
    [
      'has a negative size',
      'manifest.json',
      (newest) =>
        editManifest(newest, (manifest) => {
          manifest['files'] = { 'state.json': { bytes: -1, sha256: '0'.repeat(64) } };
          manifest['groups'] = [];
        }),
    ],
  ])('%s', async (_, message, damage) => {
    const { newest, store, warnings } = await storeOfTwo();
    await damage(newest);
    expect((await store.loadLatest({ state: STATE }))?.state.step).toBe(100);
    expect((await store.loadLatest({ state: STATE }))?.step).toBe(100);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(message);
    expect((await store.list()).map(({ step }) => step)).toEqual([100]);
    expect(warnings).toHaveLength(1);
  });

  test('has any one byte changed', async () => {
    const { newest, store } = await storeOfTwo();
    for (const name of await readdir(newest)) {
      const path = join(newest, name);
      const sound = await readFile(path);
      for (let at = 0; at < sound.byteLength; at += name === 'manifest.json' ? 5 : 3) {
        const changed = Buffer.from(sound);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        await writeFile(path, changed);
        const loaded = await store.loadLatest({ state: STATE });
        expect(loaded?.step, `${name}, byte ${at}`).toBe(100);
      }
      await writeFile(path, sound);
    }
    expect((await store.loadLatest({ state: STATE }))?.step).toBe(200);
  });
});

test('a damaged checkpoint that is asked for by number is an error that names the file', async () => {
  const { newest, store } = await storeOfTwo();
  await truncate(join(newest, 'params.safetensors'), 40);
  await expect(store.load(200, { state: STATE })).rejects.toMatchObject({
    code: 'damaged',
    step: 200,
    file: 'params.safetensors',
  });
});

test('damage in a group that is not read does no harm', async () => {
  const { newest, store } = await storeOfTwo();
  const path = join(newest, 'optimizer.safetensors');
  const bytes = await readFile(path);
  bytes[bytes.byteLength - 1] = 1 ^ (bytes.at(-1) ?? 0);
  await writeFile(path, bytes);
  expect((await store.loadLatest({ state: STATE, groups: ['params'] }))?.step).toBe(200);
  expect((await store.loadLatest({ state: STATE }))?.step).toBe(100);
});

test('where all are damaged a run must not start anew unasked', async () => {
  const { folder, store, warnings } = await storeOfTwo();
  for (const step of await readdir(folder)) await rm(join(folder, step, 'manifest.json'));
  await expect(store.loadLatest({ state: STATE })).rejects.toMatchObject({ code: 'none-usable' });
  await expect(store.loadLatest({ state: STATE })).rejects.toThrow(
    'all 2 checkpoints are damaged (steps 200, 100)',
  );
  expect(warnings).toHaveLength(2);
});

test('a later format is not damage', async () => {
  const { newest, store } = await storeOfTwo();
  await editManifest(newest, (manifest) => {
    manifest['version'] = 2;
    manifest['compression'] = 'zstd';
  });
  await expect(store.loadLatest({ state: STATE })).rejects.toMatchObject({
    code: 'unsupported-version',
    step: 200,
  });
});

test('a damaged checkpoint is replaced by a save of its step', async () => {
  const { folder, newest, store } = await storeOfTwo();
  await rm(join(newest, 'manifest.json'));
  await store.save(content(200));
  expect((await store.loadLatest({ state: STATE }))?.step).toBe(200);
  expect(await readdir(folder)).toEqual(['step-00000100', 'step-00000200']);
});

test('a checkpoint that another process removes meanwhile is no damage: the list is read again', async () => {
  const { newest, store, warnings } = await storeOfTwo();
  let first = true;
  const storage = folderStorage(join(newest, '..'));
  const reader = createCheckpointStore(
    {
      ...storage,
      read: async (step, use) => {
        if (first) {
          first = false;
          await store.save(content(300));
          await store.remove(step);
        }
        return storage.read(step, use);
      },
    },
    { warn: (message) => warnings.push(message) },
  );
  expect((await reader.loadLatest({ state: STATE }))?.step).toBe(300);
  expect(warnings).toEqual([]);
});
