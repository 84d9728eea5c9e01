import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asFloat32, openSafetensors, tensorOf } from '@borealis/safetensors';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openFolderStore } from './index.ts';
import { content, STATE, temporaryFolder } from './store.test.fixture.ts';

test('what was saved is loaded', async () => {
  const store = await openFolderStore(join(await temporaryFolder(), 'run', 'checkpoints'));
  expect(await store.loadLatest({ state: STATE })).toBeNull();
  expect(await store.list()).toEqual([]);

  const info = await store.save(content(1200));
  const loaded = await store.loadLatest({ state: STATE });
  expect(loaded).toMatchObject({
    step: 1200,
    state: { step: 1200, loss: 400 },
    metadata: { run: 'test' },
    byteLength: info.byteLength,
    savedAt: info.savedAt,
  });
  expect(loaded?.groups).toEqual(content(1200).groups);
  expect(info).toMatchObject({ step: 1200, groups: ['params', 'optimizer'] });
  expect(await store.list()).toEqual([info]);
  expect(Math.abs(info.savedAt.getTime() - Date.now())).toBeLessThan(600_000);
});

test('the folder holds one safetensors file per group, the state, and the manifest with sizes and hashes', async () => {
  const folder = await temporaryFolder();
  const store = await openFolderStore(folder);
  await store.save(content(1200));
  expect(await readdir(folder)).toEqual(['step-00001200']);
  const inside = join(folder, 'step-00001200');
  expect((await readdir(inside)).sort()).toEqual([
    'manifest.json',
    'optimizer.safetensors',
    'params.safetensors',
    'state.json',
  ]);
  const params = await openSafetensors(join(inside, 'params.safetensors'));
  expect(params.metadata).toEqual({ group: 'params', step: '1200' });
  await params.close();
  const { manifest } = JSON.parse(await readFile(join(inside, 'manifest.json'), 'utf8')) as {
    manifest: { files: Record<string, { bytes: number; sha256: string }> };
  };
  for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
    expect((await readFile(join(inside, name))).byteLength).toBe(bytes);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

test('the newest is the highest number, not the last in text order', async () => {
  const folder = await temporaryFolder();
  const store = await openFolderStore(folder);
  for (const step of [100_000_000, 99_999_999, 5]) await store.save(content(step));
  expect((await readdir(folder)).sort().at(-1)).toBe('step-99999999');
  expect((await store.loadLatest({ state: STATE }))?.step).toBe(100_000_000);
  expect((await store.list()).map(({ step }) => step)).toEqual([5, 99_999_999, 100_000_000]);
});

test('one step is loaded by its number; one that isn’t there is named with those that are', async () => {
  const store = await openFolderStore(await temporaryFolder());
  await expect(store.load(1, { state: STATE })).rejects.toThrow('there are none');
  for (const step of [0, 10, 20]) await store.save(content(step));
  expect((await store.load(10, { state: STATE })).state.step).toBe(10);
  expect((await store.load(0, { state: STATE })).state.step).toBe(0);
  await expect(store.load(15, { state: STATE })).rejects.toMatchObject({ code: 'not-found', step: 15 });
  await expect(store.load(15, { state: STATE })).rejects.toThrow('there are 0, 10, 20');
});

test('a group may be read alone, and a missing one is an error, not a reason to go back', async () => {
  const store = await openFolderStore(await temporaryFolder());
  await store.save(content(10));
  await store.save({ ...content(20), groups: { params: content(20).groups['params'] ?? [] } });
  const { groups } = await store.load(10, { state: STATE, groups: ['optimizer'] });
  expect(Object.keys(groups)).toEqual(['optimizer']);
  expect(groups.optimizer.has('count')).toBe(true);
  await expect(store.loadLatest({ state: STATE, groups: ['params', 'ema'] })).rejects.toMatchObject({
    code: 'missing-group',
    step: 20,
  });
});

test('a checkpoint of the same step is replaced', async () => {
  const folder = await temporaryFolder();
  const store = await openFolderStore(folder);
  await store.save(content(7));
  await store.save({ ...content(7), state: { step: 7, loss: -1 } });
  expect((await store.load(7, { state: STATE })).state.loss).toBe(-1);
  expect(await readdir(folder)).toEqual(['step-00000007']);
});

test('tensors may be streamed from sources', async () => {
  const store = await openFolderStore(await temporaryFolder());
  async function* chunks() {
    yield await Promise.resolve(new Uint8Array(new Float32Array([1]).buffer));
    yield await Promise.resolve(new Uint8Array(new Float32Array([2]).buffer));
  }
  await store.save({
    ...content(1),
    groups: {
      params: [{ name: 'w', dtype: 'F32', shape: [2], data: chunks }, ['b', tensorOf(new Float32Array(1))]],
    },
  });
  const { groups } = await store.load(1, { state: STATE, groups: ['params'] });
  const weight = groups.params.get('w');
  expect(weight && [...asFloat32(weight)]).toEqual([1, 2]);
  expect(groups.params.has('b')).toBe(true);
});

test('a checkpoint may hold no tensors, and a group none', async () => {
  const store = await openFolderStore(await temporaryFolder());
  await store.save({ step: 1, groups: {}, state: null });
  await store.save({ step: 2, groups: { params: [] }, state: [] });
  expect(await store.load(1, { state: z.null() })).toMatchObject({ groups: {}, state: null, metadata: {} });
  expect((await store.load(2, { state: z.array(z.unknown()) })).groups['params']?.size).toBe(0);
});

describe('the state', () => {
  test('comes back exactly', async () => {
    const store = await openFolderStore(await temporaryFolder());
    const state = {
      rates: [0.1, 1 / 3, 5e-324, Number.MAX_VALUE, -1, 2 ** 53],
      nested: { 'a.b': [null, true, 'ü\u2028\ud83d\ude00"\\'], '': {} },
      absent: undefined,
    };
    await store.save({ ...content(1), state });
    const { absent: _, ...kept } = state;
    expect((await store.load(1, { state: z.unknown() })).state).toStrictEqual(kept);
  });

  test('is what the schema makes of it', async () => {
    const store = await openFolderStore(await temporaryFolder());
    await store.save({ ...content(1), state: { at: '12' } });
    const schema = z.object({ at: z.string().transform(Number), extra: z.string().default('none') });
    expect((await store.load(1, { state: schema })).state).toEqual({ at: 12, extra: 'none' });
  });

  test('that the schema refuses is an error, not a reason to go back', async () => {
    const warnings: string[] = [];
    const store = await openFolderStore(await temporaryFolder(), { warn: (text) => warnings.push(text) });
    await store.save(content(1));
    await store.save({ ...content(2), state: { step: 2, loss: 'low' } });
    await expect(store.loadLatest({ state: STATE })).rejects.toMatchObject({
      code: 'state-mismatch',
      step: 2,
    });
    await expect(store.loadLatest({ state: STATE })).rejects.toThrow('loss');
    expect(warnings).toEqual([]);
  });

  const loop: Record<string, unknown> = {};
  loop['self'] = { loop };
  test.each<[string, unknown, string]>([
    ['NaN', { losses: [1, Number.NaN] }, 'state.losses[1] is NaN'],
    ['infinity', { a: { b: -Infinity } }, 'state.a.b is -Infinity'],
    ['a bigint', { seed: 1n }, 'state.seed is bigint'],
    ['a function', { f: () => 1 }, 'state.f is function'],
    ['a date', { at: new Date(0) }, 'state.at is a Date'],
    ['a map', { m: new Map() }, 'state.m is a Map'],
    ['a typed array', { rng: new Uint32Array(2) }, 'state.rng is a Uint32Array'],
    ['undefined in a list', [undefined], 'state[0] is undefined'],
    ['a hole in a list', Array(1), 'state[0] is undefined'],
    ['nothing at all', undefined, 'state is undefined'],
    ['itself', loop, 'an object that contains itself'],
  ])('can’t be %s: that would come back as something else', async (_, state, message) => {
    const folder = await temporaryFolder();
    const store = await openFolderStore(folder);
    await expect(store.save({ ...content(1), state })).rejects.toMatchObject({ code: 'invalid-state' });
    await expect(store.save({ ...content(1), state })).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('step %s is refused', async (step) => {
  const store = await openFolderStore(await temporaryFolder());
  await expect(store.save({ ...content(1), step })).rejects.toMatchObject({ code: 'invalid-step' });
});

test.each(['', 'Params', '../params', 'a/b', 'a.b', '1st', 'ü', 'x'.repeat(65)])(
  'group %j is refused',
  async (group) => {
    const store = await openFolderStore(await temporaryFolder());
    await expect(store.save({ ...content(1), groups: { [group]: [] } })).rejects.toMatchObject({
      code: 'invalid-group',
    });
  },
);

test('metadata that is no text is refused', async () => {
  const store = await openFolderStore(await temporaryFolder());
  const metadata = { step: 1 } as unknown as Record<string, string>;
  await expect(store.save({ ...content(1), metadata })).rejects.toMatchObject({ code: 'invalid-metadata' });
});

test('a checkpoint is removed whole', async () => {
  const folder = await temporaryFolder();
  const store = await openFolderStore(folder);
  await store.save(content(1));
  await store.save(content(2));
  await store.remove(2);
  expect(await readdir(folder)).toEqual(['step-00000001']);
  await expect(store.remove(2)).rejects.toMatchObject({ code: 'not-found' });
});

test('what else lies in the folder is neither read nor touched', async () => {
  const folder = await temporaryFolder();
  const foreign = ['step-1', 'step-00000009x', 'step-000000009', 'step-', 'notes.txt.d', 'step-00000009.bak'];
  for (const name of foreign) await mkdir(join(folder, name));
  await writeFile(join(folder, 'config.json'), '{}');
  const store = await openFolderStore(folder, { retention: { keepLast: 1 } });
  await store.save(content(3));
  await store.save(content(4));
  expect((await store.list()).map(({ step }) => step)).toEqual([4]);
  expect((await readdir(folder)).sort()).toEqual([...foreign, 'config.json', 'step-00000004'].sort());
});

test('groups may be read by others, from files that were checked; what was read goes where a later one fails', async () => {
  const folder = await temporaryFolder();
  const store = await openFolderStore(folder, { warn: () => undefined });
  await store.save(content(10));
  await store.save(content(20));
  const discarded: string[] = [];
  const reader = {
    read: async (path: string, group: string) => {
      const file = await openSafetensors(path);
      await file.close();
      return `${group} of ${file.metadata['step'] ?? ''}`;
    },
    discard: (content: string) => discarded.push(content),
  };
  const loaded = await store.loadLatest({ state: STATE, reader });
  expect(loaded?.groups).toEqual({ params: 'params of 20', optimizer: 'optimizer of 20' });
  expect(discarded).toEqual([]);
  await writeFile(join(folder, 'step-00000020', 'optimizer.safetensors'), 'damage', { flag: 'r+' });
  expect((await store.loadLatest({ state: STATE, reader }))?.groups['params']).toBe('params of 10');
  expect(discarded).toEqual(['params of 20']);
});
