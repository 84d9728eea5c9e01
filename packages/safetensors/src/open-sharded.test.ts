import { readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asFloat32, openSharded, tensorOf, writeSafetensors } from './index.ts';
import { temporaryFolder } from './raw-file.test.fixture.ts';

async function shardedSet(index: (map: Record<string, string>) => unknown = (map) => ({ weight_map: map })) {
  const folder = await temporaryFolder();
  const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  await writeSafetensors(join(folder, first), [['a', tensorOf(new Float32Array([1, 2]))]]);
  await writeSafetensors(join(folder, second), [
    ['b', tensorOf(new Float32Array([3]))],
    ['unlisted', tensorOf(new Float32Array([4]))],
  ]);
  const path = join(folder, 'model.safetensors.index.json');
  const content = index({ b: second, a: first });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return { folder, path, second };
}

async function openFileCount(folder: string): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link.startsWith(folder)).length;
}

test('a set of shards reads as one file', async () => {
  const { path } = await shardedSet((map) => ({
    metadata: { total_size: 12, format: 'pt' },
    weight_map: map,
  }));
  const set = await openSharded(path);
  expect(set.names).toEqual(['b', 'a']);
  expect(set.metadata).toEqual({ total_size: '12', format: 'pt' });
  expect(set.info('a')).toEqual({ dtype: 'F32', shape: [2], byteLength: 8 });
  expect([...asFloat32(await set.read('a'))]).toEqual([1, 2]);
  expect([...asFloat32(await set.read('b'))]).toEqual([3]);
  const part = new Float32Array(1);
  await set.readInto('a', new Uint8Array(part.buffer), 4);
  expect(part[0]).toBe(2);
  expect(set.has('unlisted')).toBe(false);
  await expect(set.read('unlisted')).rejects.toMatchObject({ code: 'unknown-tensor', file: path });
  await set.close();
  await expect(set.read('a')).rejects.toMatchObject({ code: 'closed' });
});

test('a missing shard is named', async () => {
  const { folder, path, second } = await shardedSet();
  await rm(join(folder, second));
  await expect(openSharded(path)).rejects.toMatchObject({
    code: 'missing-shard',
    message: expect.stringContaining(second) as string,
  });
});

test('a tensor that its shard lacks is named', async () => {
  const { path } = await shardedSet((map) => ({ weight_map: { ...map, ghost: map['a'] } }));
  await expect(openSharded(path)).rejects.toMatchObject({ code: 'missing-tensor', tensor: 'ghost' });
});

test('a damaged shard is named', async () => {
  const { folder, path, second } = await shardedSet();
  await writeFile(join(folder, second), 'not a safetensors file');
  await expect(openSharded(path)).rejects.toMatchObject({ file: join(folder, second) });
});

test.skipIf(process.platform !== 'linux')('nothing stays open after a failure', async () => {
  const { folder, path, second } = await shardedSet();
  await rm(join(folder, second));
  await expect(openSharded(path)).rejects.toThrow();
  expect(await openFileCount(folder)).toBe(0);
});

test.each<[string, string, unknown]>([
  ['no JSON', 'invalid-index', 'weights'],
  ['a list', 'invalid-index', []],
  ['no weight map', 'invalid-index', { metadata: {} }],
  ['a weight map that is a list', 'invalid-index', { weight_map: [] }],
  ['a shard that is a number', 'invalid-index', { weight_map: { a: 1 } }],
  ['a path out of the folder', 'invalid-index', { weight_map: { a: '../a.safetensors' } }],
  ['an absolute path', 'invalid-index', { weight_map: { a: '/etc/passwd' } }],
  ['a Windows path', 'invalid-index', { weight_map: { a: 'C:\\a.safetensors' } }],
  ['the parent folder', 'invalid-index', { weight_map: { a: '..' } }],
  ['an empty file name', 'invalid-index', { weight_map: { a: '' } }],
  ['a tensor listed twice', 'duplicate-key', '{"weight_map":{"a":"x","a":"y"}}'],
  [
    'more shards than are opened',
    'invalid-index',
    { weight_map: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, `${i}`])) },
  ],
])('an index with %s is refused (%s)', async (_, code, content) => {
  const { path } = await shardedSet(() => content);
  await expect(openSharded(path)).rejects.toMatchObject({ code, file: path });
});
