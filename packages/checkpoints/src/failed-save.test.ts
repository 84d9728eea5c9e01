import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensorOf } from '@borealis/safetensors';
import { describe, expect, test } from 'vitest';
import { openFolderStore } from './index.ts';
import { content, snapshot, STATE, temporaryFolder } from './store.test.fixture.ts';

describe('a save that fails leaves everything as it was', () => {
  test.skipIf(process.platform !== 'linux').each(['params', 'optimizer', 'state', 'manifest'])(
    'where the disk is full at the %s',
    async (part) => {
      const folder = await temporaryFolder();
      const sound = await openFolderStore(folder);
      await sound.save(content(100));
      await sound.save(content(200));
      const before = await snapshot(folder);

      const full = await openFolderStore(folder, {
        openFile: (path, flags) => (path.includes(`/${part}.`) ? open('/dev/full', 'w') : open(path, flags)),
      });
      for (const step of [300, 200]) {
        await expect(full.save(content(step))).rejects.toMatchObject({ code: 'ENOSPC' });
        expect(await snapshot(folder)).toEqual(before);
        expect((await readdir(folder)).sort()).toEqual(['step-00000100', 'step-00000200']);
      }
      expect((await full.loadLatest({ state: STATE }))?.step).toBe(200);
    },
  );

  test('where a source of tensors fails', async () => {
    const folder = await temporaryFolder();
    const store = await openFolderStore(folder);
    await store.save(content(100));
    const before = await snapshot(folder);
    async function* failing() {
      yield await Promise.resolve(new Uint8Array(4));
      throw new Error('the device is lost');
    }
    const groups = { params: [{ name: 'w', dtype: 'F32' as const, shape: [2], data: failing }] };
    await expect(store.save({ ...content(200), groups })).rejects.toThrow('the device is lost');
    expect(await snapshot(folder)).toEqual(before);
    expect(await readdir(folder)).toEqual(['step-00000100']);
  });

  test('where the format can’t hold a tensor', async () => {
    const folder = await temporaryFolder();
    const store = await openFolderStore(folder);
    const groups = { params: new Map([['__metadata__', tensorOf(new Float32Array(1))]]) };
    await expect(store.save({ ...content(1), groups })).rejects.toMatchObject({ name: 'SafetensorsError' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('where the folder is a file', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, 'mine');
    const store = await openFolderStore(path);
    await expect(store.save(content(1))).rejects.toThrow();
    await expect(store.list()).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
