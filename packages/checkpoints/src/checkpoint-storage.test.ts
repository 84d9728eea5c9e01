import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCheckpointStore } from './index.ts';
import type { CheckpointStorage } from './index.ts';
import { content, STATE, temporaryFolder } from './store.test.fixture.ts';

/** A stand-in for a bucket: objects under a prefix, put one by one, fetched into a cache. */
async function bucketStorage(): Promise<CheckpointStorage & { readonly fetched: string[] }> {
  const [bucket, cache] = [await temporaryFolder(), await temporaryFolder()];
  const fetched: string[] = [];
  const object = (step: number, name: string): string => join(bucket, `${step}`, name);
  return {
    fetched,
    location: 'bucket://runs/1',
    steps: async () => (await readdir(bucket)).map(Number),
    async publish(step, fill) {
      const staged = await temporaryFolder();
      await fill(staged);
      await mkdir(join(bucket, `${step}`), { recursive: true });
      const names = await readdir(staged);
      // A bucket can't rename: the manifest, last, makes it a checkpoint.
      for (const name of names.sort(
        (a, b) => Number(a === 'manifest.json') - Number(b === 'manifest.json'),
      )) {
        await cp(join(staged, name), object(step, name));
      }
    },
    async read(step, use) {
      return use({
        size: async (name) => (await stat(object(step, name)).catch(() => null))?.size ?? null,
        async fetch(name) {
          fetched.push(name);
          const local = join(cache, `${step}-${name}`);
          await cp(object(step, name), local);
          return local;
        },
      });
    },
    remove: () => Promise.reject(new Error('not needed here')),
  };
}

test('a store works over any storage, and fetches only what it reads', async () => {
  const storage = await bucketStorage();
  const store = createCheckpointStore(storage);
  await store.save(content(1));
  await store.save(content(2));
  expect((await store.list()).map(({ step }) => step)).toEqual([1, 2]);
  expect(storage.fetched).toEqual(['manifest.json', 'manifest.json']);
  storage.fetched.length = 0;
  expect((await store.loadLatest({ state: STATE, groups: ['params'] }))?.step).toBe(2);
  expect(storage.fetched).toEqual(['manifest.json', 'state.json', 'params.safetensors']);
  expect(store.location).toBe('bucket://runs/1');
  await expect(store.load(9, { state: STATE })).rejects.toThrow(
    'bucket://runs/1, step 9: no checkpoint of step 9',
  );
});
