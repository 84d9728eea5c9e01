import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asFloat32, openSafetensors, openSharded, streamSharded, tensorOf } from './index.ts';
import type { TensorSource } from './index.ts';
import { temporaryFolder } from './raw-file.test.fixture.ts';

/** A float32 tensor of `length` elements, all `value`: 4 × length bytes. */
function source(name: string, length: number, value = length): TensorSource {
  const { dtype, shape, data } = tensorOf(new Float32Array(length).fill(value));
  return { name, dtype, shape, data: () => data };
}

async function target(): Promise<{ folder: string; path: string; names: () => Promise<string[]> }> {
  const folder = await temporaryFolder();
  return {
    folder,
    path: join(folder, 'model.safetensors'),
    names: async () => (await readdir(folder)).sort(),
  };
}

const SET = ['00001-of-00003', '00002-of-00003', '00003-of-00003'].map((n) => `model-${n}.safetensors`);
const INDEX = 'model.safetensors.index.json';

test('tensors fill shards in the given order, as Hugging Face names them', async () => {
  const { folder, path, names } = await target();
  const sources = [
    source('b', 2),
    source('large', 9),
    source('10', 2),
    source('a', 1),
    source('__proto__', 3),
  ];
  const written = await streamSharded(path, sources, { maxShardBytes: 20, metadata: { format: 'pt' } });
  expect(written.path).toBe(join(folder, INDEX));
  expect(written.files).toEqual([...SET, INDEX].map((name) => join(folder, name)));
  expect(await names()).toEqual([...SET, INDEX].sort());
  const index = JSON.parse(await readFile(written.path, 'utf8')) as Record<string, unknown>;
  expect(index['metadata']).toEqual({ format: 'pt', total_size: 68 });
  expect(Object.entries(index['weight_map'] as object)).toEqual(
    expect.arrayContaining([
      ['b', SET[0]],
      ['large', SET[1]],
      ['10', SET[0]],
      ['a', SET[0]],
      ['__proto__', SET[2]],
    ]),
  );
  const set = await openSharded(written.path);
  expect(set.names).toEqual(['b', '10', 'a', 'large', '__proto__']);
  for (const [name, length] of [
    ['large', 9],
    ['10', 2],
    ['__proto__', 3],
  ] as const) {
    expect([...asFloat32(await set.read(name))]).toEqual(Array<number>(length).fill(length));
  }
  await set.close();
  const shard = await openSafetensors(join(folder, SET[0] ?? ''));
  expect(shard.metadata).toEqual({ format: 'pt' });
  await shard.close();
});

test('what fits one file is one file, without an index', async () => {
  const { path, names } = await target();
  expect(await streamSharded(path, [source('a', 4)], { maxShardBytes: 16 })).toEqual({ path, files: [path] });
  expect(await names()).toEqual(['model.safetensors']);
  expect(await streamSharded(path, [], { maxShardBytes: 16 })).toEqual({ path, files: [path] });
});

test('an earlier set goes, what belongs to others stays', async () => {
  const { folder, path, names } = await target();
  const others = ['model-old.safetensors', 'model2.safetensors', 'tokenizer.json'];
  for (const name of others) await writeFile(join(folder, name), 'x');
  await streamSharded(path, [source('a', 4)], { maxShardBytes: 100 });
  await streamSharded(path, [source('a', 4), source('b', 4), source('c', 4)], { maxShardBytes: 16 });
  expect(await names()).toEqual([...SET, INDEX, ...others].sort());
  await streamSharded(path, [source('a', 4), source('b', 4), source('c', 4, 7)], { maxShardBytes: 16 });
  const set = await openSharded(join(folder, INDEX));
  expect(asFloat32(await set.read('c'))[0]).toBe(7);
  await set.close();
  await streamSharded(path, [source('a', 4)], { maxShardBytes: 100 });
  expect(await names()).toEqual(['model.safetensors', ...others].sort());
});

test('a full disk leaves the folder as it was', async () => {
  const { folder, path, names } = await target();
  const sources = [source('a', 4), source('b', 4), source('c', 4)];
  await streamSharded(path, sources, { maxShardBytes: 16 });
  const before = await Promise.all((await names()).map((name) => readFile(join(folder, name))));
  let opened = 0;
  const failure = streamSharded(path, [source('a', 4, 0), source('b', 4, 0), source('c', 4, 0)], {
    maxShardBytes: 16,
    openFile: async (temporary, flags) => {
      const handle = await open(temporary, flags);
      if (++opened === 3) {
        handle.write = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
      }
      return handle;
    },
  });
  await expect(failure).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(opened).toBe(3);
  expect(await names()).toEqual([...SET, INDEX].sort());
  expect(await Promise.all((await names()).map((name) => readFile(join(folder, name))))).toEqual(before);
});

test.each([
  ['a size of nothing', 'invalid-sharding', 'model.safetensors', [source('a', 1)], 0],
  ['a size that is no number', 'invalid-sharding', 'model.safetensors', [source('a', 1)], NaN],
  ['another ending', 'invalid-sharding', 'model.bin', [source('a', 1)], 8],
  ['a name twice, in two shards', 'duplicate-key', 'model.safetensors', [source('a', 2), source('a', 2)], 8],
] as const)('%s is refused, nothing is written', async (_, code, name, sources, maxShardBytes) => {
  const { folder, names } = await target();
  await expect(streamSharded(join(folder, name), sources, { maxShardBytes })).rejects.toMatchObject({ code });
  expect(await names()).toEqual([]);
});
