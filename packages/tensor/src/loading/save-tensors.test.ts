import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  asFloat32,
  openSafetensors,
  readSafetensors,
  tensorOf,
  toBfloat16 as roundToBfloat16,
  writeSafetensors,
} from '@borealis/safetensors';
import { beforeAll, expect, test } from 'vitest';
import {
  compile,
  createRandom,
  loadTensors,
  memoryUse,
  saveTensors,
  startBackend,
  storageDtype,
  tf,
  toBfloat16,
} from '../index.ts';
import { temporaryFolder } from './temporary-folder.test.fixture.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(5);

test('the file is the one that the safetensors package writes', async () => {
  const folder = await temporaryFolder();
  const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
  const values = Float32Array.from({ length: 1_100_000 }, () => random.normal()); // more than a chunk
  const computed = tf.add(tf.tensor(values, [1000, 1100]), 0);
  await saveTensors(
    ours,
    [
      ['waiting', tf.tensor(values.slice(0, 6), [2, 3])],
      ['computed', computed],
      ['half', toBfloat16(computed)],
      ['integers', tf.tensor([1, -2], [2], 'int32')],
      ['flags', tf.tensor([1, 0, 1], [3], 'bool')],
      ['scalar', tf.scalar(7)],
      ['nothing', tf.zeros([0, 3])],
    ],
    { metadata: { format: 'pt' } },
  );
  await writeSafetensors(
    theirs,
    [
      ['waiting', tensorOf(values.slice(0, 6), [2, 3])],
      ['computed', tensorOf(values, [1000, 1100])],
      ['half', tensorOf(roundToBfloat16(values), [1000, 1100], 'BF16')],
      ['integers', tensorOf(new Int32Array([1, -2]))],
      ['flags', tensorOf(new Uint8Array([1, 0, 1]), [3], 'BOOL')],
      ['scalar', tensorOf(new Float32Array([7]), [])],
      ['nothing', tensorOf(new Float32Array(0), [0, 3])],
    ],
    { metadata: { format: 'pt' } },
  );
  expect((await readFile(ours)).equals(await readFile(theirs))).toBe(true);
});

test('what is saved and loaded is what it was, in one file and in shards', async () => {
  const folder = await temporaryFolder();
  const tensors = new Map<string, tf.Tensor>([
    ['a.weight', random.normalTensor([30, 10])],
    ['a.half', toBfloat16(random.normalTensor([7, 9]))],
    ['b.ids', tf.tensor([5, -6], [2], 'int32')],
    ['b.mask', tf.tensor([true, false], [2], 'bool')],
  ]);
  for (const [name, maxShardBytes] of [
    ['one', undefined],
    ['some', 400],
  ] as const) {
    const written = await saveTensors(join(folder, `${name}.safetensors`), tensors, { maxShardBytes });
    expect(written.files).toHaveLength(name === 'one' ? 1 : 3);
    const loaded = await loadTensors(written.path);
    expect(loaded.tensors.size).toBe(tensors.size);
    for (const [key, tensor] of loaded.tensors) {
      const original = tensors.get(key) as tf.Tensor;
      expect([tensor.shape, storageDtype(tensor)]).toEqual([original.shape, storageDtype(original)]);
      expect(tensor.dataSync()).toEqual(original.dataSync());
    }
  }
});

test('what a compiled function gave as bfloat16 is saved as such', async () => {
  const path = join(await temporaryFolder(), 'a');
  const half = compile((x: tf.Tensor) => toBfloat16(tf.mul(x, 3)))(tf.ones([5]));
  await saveTensors(path, [['half', half]]);
  const file = await openSafetensors(path);
  expect(file.info('half')).toEqual({ dtype: 'BF16', shape: [5], byteLength: 10 });
  expect([...asFloat32(await file.read('half'))]).toEqual([3, 3, 3, 3, 3]);
  await file.close();
});

test('tensors may be disposed while they are saved, and none are left', async () => {
  const path = join(await temporaryFolder(), 'a');
  const before = memoryUse();
  const tensors = [1, 2, 3].map((value) => [`${value}`, tf.fill([500, 500], value)] as const);
  const saving = saveTensors(path, tensors);
  tf.dispose(tensors.map(([, tensor]) => tensor));
  await saving;
  const after = memoryUse();
  expect([after.tensors, after.nativeTensors]).toEqual([before.tensors, before.nativeTensors]);
  const { tensors: stored } = await readSafetensors(path);
  const three = stored.get('3');
  expect(three === undefined ? undefined : asFloat32(three)[249_999]).toBe(3);
});

test('JavaScript’s memory holds no more than a chunk', async () => {
  const path = join(await temporaryFolder(), 'a');
  const tensor = tf.add(tf.zeros([16 << 20]), 1); // 64 MiB
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  await saveTensors(path, [['x', tensor]], {
    onBytes: () => (most = Math.max(most, process.memoryUsage().arrayBuffers)),
  });
  expect(most - before).toBeLessThan(8 << 20);
  tensor.dispose();
});

test('a full disk leaves what was there, and no tensors', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'model.safetensors');
  await writeFile(path, 'old');
  const tensor = random.normalTensor([1000, 1200]);
  const before = memoryUse();
  let writes = 0;
  const failure = saveTensors(path, [['x', tensor]], {
    openFile: async (temporary, flags) => {
      const handle = await open(temporary, flags);
      const write = handle.write.bind(handle) as (bytes: Uint8Array, ...rest: number[]) => Promise<unknown>;
      handle.write = ((bytes: Uint8Array, ...rest: number[]) =>
        ++writes > 2
          ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
          : write(bytes, ...rest)) as typeof handle.write;
      return handle;
    },
  });
  await expect(failure).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(writes).toBe(3);
  expect(await readdir(folder)).toEqual(['model.safetensors']);
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(memoryUse().tensors).toBe(before.tensors);
});

test('what the format can’t hold is refused before anything is written', async () => {
  const folder = await temporaryFolder();
  const complex = tf.complex([1], [2]);
  const before = memoryUse().tensors;
  await expect(saveTensors(join(folder, 'a'), [['z', complex]])).rejects.toThrow(/"z" is complex64 \[1\]/);
  const twice = [tf.scalar(1), tf.scalar(2)].map((tensor) => ['x', tensor] as const);
  await expect(saveTensors(join(folder, 'a'), twice)).rejects.toMatchObject({ code: 'duplicate-key' });
  expect(await readdir(folder)).toEqual([]);
  expect(memoryUse().tensors).toBe(before + 2);
});
