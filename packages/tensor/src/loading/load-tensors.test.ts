import { readdirSync, readlinkSync, truncateSync, utimesSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TensorArray, TensorData } from '@borealis/safetensors';
import {
  asFloat32,
  asInt32,
  asUint8,
  fromBfloat16,
  fromFloat16,
  readSafetensors,
  streamSharded,
  tensorOf,
  writeSafetensors,
} from '@borealis/safetensors';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTensors, memoryUse, startBackend, storageDtype, tf } from '../index.ts';
import { temporaryFolder } from './temporary-folder.test.fixture.ts';

const GOLDENS = fileURLToPath(new URL('../../../../tests/goldens/', import.meta.url));

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

async function fileOf(tensors: Record<string, TensorData>): Promise<string> {
  const path = join(await temporaryFolder(), 'model.safetensors');
  await writeSafetensors(path, Object.entries(tensors), { metadata: { format: 'pt' } });
  return path;
}

/** A tensor of one of the dtypes whose arrays JavaScript has. */
const of = (values: TensorArray, shape?: number[]) => tensorOf(values, shape);
/** Every 16-bit pattern: all halves and all bfloat16s, NaNs and subnormals included. */
const ALL_HALVES = Uint16Array.from({ length: 65_536 }, (_, i) => i);

const filesOpenIn = (folder: string) =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;

/** Runs what must fail, and holds it to leaving nothing behind. */
async function failing(path: string, load: () => Promise<unknown>): Promise<unknown> {
  const before = memoryUse();
  const error: unknown = await load().then(
    () => undefined,
    (error: unknown) => error,
  );
  const after = memoryUse();
  expect([after.tensors, after.nativeTensors]).toEqual([before.tensors, before.nativeTensors]);
  expect(filesOpenIn(path)).toBe(0);
  return error;
}

describe('values are those that the safetensors package reads', () => {
  const goldens = readdirSync(GOLDENS).filter((name) => name.endsWith('.safetensors'));
  test.each(goldens)('%s', async (name) => {
    const path = join(GOLDENS, name);
    const [expected, { tensors, metadata }] = await Promise.all([readSafetensors(path), loadTensors(path)]);
    expect(metadata).toEqual(expected.metadata);
    expect([...tensors.keys()]).toEqual([...expected.tensors.keys()]);
    for (const [name, tensor] of tensors) {
      const stored = expected.tensors.get(name) as TensorData;
      expect(tensor.shape, name).toEqual(stored.shape);
      const read = { float32: asFloat32, int32: asInt32, bool: asUint8 }[tensor.dtype as 'float32'];
      expect(Buffer.from(bytesOf(tensor)).equals(Buffer.from(bytesOfArray(read(stored)))), name).toBe(true);
    }
    tf.dispose([...tensors.values()]);
  });

  test.each<
    [string, TensorData, string, string, (data: TensorData) => Float32Array | Int32Array | Uint8Array]
  >([
    ['F32', of(new Float32Array([1.5, -0, NaN, 1e-45])), 'float32', 'float32', asFloat32],
    ['BF16', tensorOf(ALL_HALVES, [256, 256], 'BF16'), 'float32', 'bfloat16', asFloat32],
    ['F16', tensorOf(ALL_HALVES, [65_536], 'F16'), 'float32', 'float32', asFloat32],
    ['F64', of(new Float64Array([1 / 3, 1e300, -1e-300, NaN])), 'float32', 'float32', asFloat32],
    ['I8', of(new Int8Array([-128, 127, 0])), 'int32', 'int32', asInt32],
    ['U8', of(new Uint8Array([255, 0])), 'int32', 'int32', asInt32],
    ['I16', of(new Int16Array([-32768, 32767])), 'int32', 'int32', asInt32],
    ['U16', of(new Uint16Array([65535])), 'int32', 'int32', asInt32],
    ['I32', of(new Int32Array([-(2 ** 31), 2 ** 31 - 1])), 'int32', 'int32', asInt32],
    ['U32', of(new Uint32Array([2 ** 31 - 1])), 'int32', 'int32', asInt32],
    ['I64', of(new BigInt64Array([-(2n ** 31n), 2n ** 31n - 1n])), 'int32', 'int32', asInt32],
    ['U64', of(new BigUint64Array([7n])), 'int32', 'int32', asInt32],
    ['BOOL', tensorOf(new Uint8Array([0, 1, 1]), [3], 'BOOL'), 'bool', 'bool', asUint8],
    ['a scalar', of(new Float32Array([2]), []), 'float32', 'float32', asFloat32],
    ['nothing', of(new Float32Array(0), [3, 0, 2]), 'float32', 'float32', asFloat32],
  ])('%s', async (_, data, dtype, storage, read) => {
    const { tensors } = await loadTensors(await fileOf({ x: data }));
    const x = tensors.get('x') as tf.Tensor;
    expect([x.dtype, storageDtype(x), x.shape]).toEqual([dtype, storage, data.shape]);
    expectSame(x.dataSync<'float32'>(), read(data));
    x.dispose();
  });

  test('BF16 can be widened at once', async () => {
    const path = await fileOf({ x: tensorOf(ALL_HALVES, [65_536], 'BF16') });
    const { tensors } = await loadTensors(path, { hold: 'float32' });
    const x = tensors.get('x') as tf.Tensor;
    expect(storageDtype(x)).toBe('float32');
    expect(Buffer.from(bytesOf(x)).equals(Buffer.from(fromBfloat16(ALL_HALVES).buffer))).toBe(true);
  });

  test('F16 is widened to the bit', async () => {
    const { tensors } = await loadTensors(await fileOf({ x: tensorOf(ALL_HALVES, [65_536], 'F16') }));
    const x = tensors.get('x') as tf.Tensor;
    expect(Buffer.from(bytesOf(x)).equals(Buffer.from(fromFloat16(ALL_HALVES).buffer))).toBe(true);
  });

  test('bytes that are neither 0 nor 1 are true', async () => {
    const { tensors } = await loadTensors(
      await fileOf({ x: tensorOf(new Uint8Array([0, 2, 255]), [3], 'BOOL') }),
    );
    expect([...(tensors.get('x') as tf.Tensor).dataSync()]).toEqual([0, 1, 1]);
  });

  test.each([1, 2, 5])('tensors of many chunks, by %i threads', async (threads) => {
    // Beyond one chunk of 4 MiB, and none a multiple of it.
    const wide = Float32Array.from({ length: 2_500_003 }, (_, i) => i);
    const long = BigInt64Array.from({ length: 700_001 }, (_, i) => BigInt(i - 5));
    const { tensors } = await loadTensors(await fileOf({ wide: of(wide), long: of(long) }), { threads });
    expect(Buffer.from(bytesOf(tensors.get('wide') as tf.Tensor)).equals(Buffer.from(wide.buffer))).toBe(
      true,
    );
    const data = (tensors.get('long') as tf.Tensor).dataSync();
    expect(data.every((value, i) => value === i - 5)).toBe(true);
    tf.dispose([...tensors.values()]);
  });
});

describe('what is loaded', () => {
  const some = () =>
    fileOf({ a: of(new Float32Array([1])), b: of(new Float32Array([2, 3])), c: of(new Int32Array([4])) });

  test('can be chosen by name', async () => {
    const path = await some();
    expect([...(await loadTensors(path, { names: ['c', 'a'] })).tensors.keys()].sort()).toEqual(['a', 'c']);
    expect([...(await loadTensors(path, { names: (name) => name > 'a' })).tensors.keys()].sort()).toEqual([
      'b',
      'c',
    ]);
    expect((await loadTensors(path, { names: [] })).tensors.size).toBe(0);
    expect(await failing(path, () => loadTensors(path, { names: ['a', 'd'] }))).toMatchObject({
      code: 'unknown-tensor',
      tensor: 'd',
    });
  });

  test('may lie in shards', async () => {
    const path = join(await temporaryFolder(), 'model.safetensors');
    const sources = ['a', 'b', 'c'].map((name, i) => ({ name, ...of(new Float32Array(100).fill(i)) }));
    const written = await streamSharded(path, sources, { maxShardBytes: 500 });
    expect(written.files).toHaveLength(4);
    const { tensors } = await loadTensors(written.path);
    expect([...tensors].map(([name, tensor]) => [name, tensor.dataSync()[99]])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
    expect(
      await failing(path, () => loadTensors(written.path, { signal: AbortSignal.abort() })),
    ).toMatchObject({
      name: 'AbortError',
    });
  });

  test('is told of', async () => {
    const told: number[][] = [];
    await loadTensors(await some(), { onProgress: (...progress) => told.push(progress) });
    expect(told).toEqual([[16, 16]]);
  });
});

describe('refused, with file and tensor, and nothing left', () => {
  const sound = () => fileOf({ first: of(new Float32Array(64)), second: of(new Float32Array(1_500_000)) });
  const codeOf = (error: unknown) => (error as { code?: string }).code;

  test('a header that breaks a rule', async () => {
    const path = await sound();
    truncateSync(path, 1000);
    const error = await failing(path, () => loadTensors(path));
    expect(codeOf(error)).toBe('data-length');
    expect(String(error)).toContain(path);
  });

  test('a file that is missing', async () => {
    const path = join(await temporaryFolder(), 'none.safetensors');
    expect(codeOf(await failing(path, () => loadTensors(path)))).toBe('ENOENT');
  });

  test('a dtype that tfjs has none for', async () => {
    const path = await fileOf({
      a: of(new Float32Array(4)),
      eight: tensorOf(new Uint8Array(4), [4], 'F8_E4M3'),
    });
    const error = await failing(path, () => loadTensors(path));
    expect(error).toMatchObject({ code: 'wrong-dtype', tensor: 'eight', file: path });
    expect((await loadTensors(path, { names: ['a'] })).tensors.size).toBe(1);
  });

  test.each([
    ['I64', new BigInt64Array([1n, 2n ** 31n])],
    ['I64', new BigInt64Array([1n, -(2n ** 31n) - 1n])],
    ['U64', new BigUint64Array([1n, 2n ** 64n - 1n])],
    ['U32', new Uint32Array([1, 2 ** 31])],
  ])('%s that is no int32', async (dtype, values) => {
    const path = await fileOf({ a: of(new Float32Array(4)), positions: of(values) });
    const error = await failing(path, () => loadTensors(path));
    expect(error).toMatchObject({ code: 'out-of-range', tensor: 'positions', file: path });
    expect(String(error)).toContain(`${dtype} [2]`);
    expect(String(error)).toContain('element 1');
  });

  test('a file that is cut after its header was read', async () => {
    const path = await sound();
    const cut = (name: string) => {
      if (name === 'second') truncateSync(path, 5_000_000);
      return true;
    };
    const error = await failing(path, () => loadTensors(path, { names: cut }));
    expect(error).toMatchObject({ code: 'truncated', file: path, tensor: 'second', byte: 5_000_000 });
  });

  test('a file that is written to meanwhile', async () => {
    const path = await sound();
    const touch = () => {
      utimesSync(path, 1, 1);
      return true;
    };
    expect(await failing(path, () => loadTensors(path, { names: touch }))).toMatchObject({
      code: 'changed',
      file: path,
    });
  });

  test('a set of which a shard is missing', async () => {
    const path = join(await temporaryFolder(), 'model.safetensors.index.json');
    await writeFile(path, JSON.stringify({ weight_map: { a: 'model-00001-of-00001.safetensors' } }));
    expect(codeOf(await failing(path, () => loadTensors(path)))).toBe('missing-shard');
  });
});

describe('while loading', () => {
  const large = () =>
    fileOf({ a: of(new Float32Array(8 << 20)), b: tensorOf(new Uint16Array(8 << 20), [8 << 20], 'BF16') });

  test('the event loop goes on, and nothing passes through JavaScript’s memory', async () => {
    const path = await large();
    let [turns, loaded, most] = [0, false, 0];
    const arrays = () => process.memoryUsage().arrayBuffers;
    globalThis.gc?.();
    const before = arrays();
    const loading = loadTensors(path).finally(() => (loaded = true));
    while (!loaded) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
      most = Math.max(most, arrays());
    }
    const { tensors } = await loading;
    expect(turns).toBeGreaterThan(5);
    expect(most - before).toBeLessThan(1 << 20);
    const bytes = memoryUse().tensorBytes;
    tf.dispose([...tensors.values()]);
    expect(bytes - memoryUse().tensorBytes).toBe((4 + 2) * (8 << 20));
  });

  test('others may load, too', async () => {
    const path = await large();
    const all = await Promise.all([1, 2, 3].map(() => loadTensors(path, { names: ['a'] })));
    for (const { tensors } of all) tf.dispose([...tensors.values()]);
  });

  test('memory stays constant over many loads', async () => {
    const path = await fileOf({
      a: of(new Float32Array(1 << 20)),
      b: tensorOf(new Uint16Array(1 << 20), [1 << 20], 'BF16'),
    });
    const load = async () => {
      tf.dispose([...(await loadTensors(path)).tensors.values()]);
    };
    for (let i = 0; i < 5; i++) await load();
    const before = memoryUse();
    for (let i = 0; i < 50; i++) await load();
    const after = memoryUse();
    expect([after.tensors, after.nativeTensors]).toEqual([before.tensors, before.nativeTensors]);
    expect((after.nativeBytes ?? 0) - (before.nativeBytes ?? 0)).toBeLessThan(1 << 20);
  });
});

function bytesOf(tensor: tf.Tensor): Uint8Array {
  return bytesOfArray(tensor.dataSync());
}

function bytesOfArray({
  buffer,
  byteOffset,
  byteLength,
}: Float32Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** NaN equals NaN, -0 is not 0; a long list is not printed where it differs. */
function expectSame(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  const differing = Array.from(expected).findIndex((value, i) => !Object.is(value, found[i]));
  expect(differing).toBe(-1);
}
