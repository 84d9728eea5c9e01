import { createHash } from 'node:crypto';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DTYPES,
  dtypeBits,
  openSafetensors,
  readSafetensors,
  streamSafetensors,
  tensorOf,
  writeSafetensors,
} from './index.ts';
import type { Dtype, TensorData } from './index.ts';
import { temporaryFolder } from './raw-file.test.fixture.ts';

const ONE = tensorOf(new Float32Array([1]));

test('every dtype, a scalar, an empty tensor and odd names come back as they went', async () => {
  const path = join(await temporaryFolder(), 'all.safetensors');
  const tensors = new Map<string, TensorData>();
  for (const dtype of DTYPES) {
    // Four elements fill whole bytes with every dtype.
    const data = Uint8Array.from(
      { length: dtypeBits(dtype) / 2 },
      (_, i) => (i * 37 + dtypeBits(dtype)) % 256,
    );
    tensors.set(dtype, { dtype, shape: [2, 2], data });
  }
  for (const name of ['', '10', '2', '__proto__', 'é', '\u{1f600}', '"\\\n', 'constructor'])
    tensors.set(name, ONE);
  tensors.set('scalar', tensorOf(new Float64Array([Math.PI]), []));
  tensors.set('empty', tensorOf(new Int16Array(0), [3, 0, 2]));
  const metadata = { format: 'pt', ü: '"quoted"\n\u0000', ['__proto__x']: '', '10': 'ten' };
  await writeSafetensors(path, tensors, { metadata });
  const back = await readSafetensors(path);
  expect(back.metadata).toEqual(metadata);
  expect(new Map([...back.tensors].sort())).toEqual(new Map([...tensors].sort()));
});

test('the layout is the reference’s: wide dtypes first, then by name; data at a multiple of 8', async () => {
  const path = join(await temporaryFolder(), 'a.safetensors');
  await writeSafetensors(
    path,
    [
      ['b', tensorOf(new Float32Array(2))],
      ['a', tensorOf(new BigInt64Array(1))],
      ['c', tensorOf(new Uint8Array(3))],
      ['é', tensorOf(new Uint16Array(1), [1], 'F16')],
    ],
    { metadata: { q: 'é\n' } },
  );
  // What safetensors 0.8.0 for Python writes for the same tensors (`safetensors.numpy.save`).
  const header =
    '{"__metadata__":{"q":"é\\n"},"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
    '"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"é":{"dtype":"F16","shape":[1],"data_offsets":[16,18]},' +
    '"c":{"dtype":"U8","shape":[3],"data_offsets":[18,21]}}  ';
  const bytes = await readFile(path);
  expect(bytes.readBigUInt64LE()).toBe(0xf8n);
  expect(bytes.toString('utf8', 8, 8 + 0xf8)).toBe(header);
  expect(bytes.byteLength).toBe(8 + 0xf8 + 21);
});

test('names are ordered as UTF-8 bytes, not as UTF-16', async () => {
  const path = join(await temporaryFolder(), 'a.safetensors');
  await writeSafetensors(path, [
    ['\u{1f600}', ONE],
    ['\uffee', ONE],
  ]);
  expect([...(await readSafetensors(path)).tensors.keys()]).toEqual(['\uffee', '\u{1f600}']);
});

test('sources are asked one after another, in the order of the file, and may come in chunks', async () => {
  const path = join(await temporaryFolder(), 'a.safetensors');
  const asked: string[] = [];
  async function* chunks(name: string, parts: number[][]) {
    asked.push(`${name} begins`);
    for (const part of parts) yield await Promise.resolve(new Uint8Array(part));
    asked.push(`${name} ends`);
  }
  const sha256 = createHash('sha256');
  await streamSafetensors(
    path,
    [
      { name: 'narrow', dtype: 'U8', shape: [5], data: () => chunks('narrow', [[1], [], [2, 3, 4, 5]]) },
      {
        name: 'wide',
        dtype: 'F64',
        shape: [1],
        data: () =>
          Promise.resolve(
            chunks('wide', [
              [0, 0, 0, 0],
              [0, 0, 240, 63],
            ]),
          ),
      },
      { name: 'plain', dtype: 'I8', shape: [2], data: [new Uint8Array([7]), new Uint8Array([8])] },
    ],
    { onBytes: (bytes) => void sha256.update(bytes) },
  );
  expect(asked).toEqual(['wide begins', 'wide ends', 'narrow begins', 'narrow ends']);
  const { tensors } = await readSafetensors(path);
  expect([...(tensors.get('narrow')?.data ?? [])]).toEqual([1, 2, 3, 4, 5]);
  expect([...(tensors.get('plain')?.data ?? [])]).toEqual([7, 8]);
  expect(sha256.digest('hex')).toBe(
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  );
});

describe('nothing is left over and the old file stays when', () => {
  async function check(write: (path: string) => Promise<void>, error: object): Promise<void> {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.safetensors');
    await writeFile(path, 'old');
    await expect(write(path)).rejects.toMatchObject(error);
    expect(await readdir(folder)).toEqual(['a.safetensors']);
    expect(await readFile(path, 'utf8')).toBe('old');
  }
  const source = (data: Uint8Array | (() => AsyncIterable<Uint8Array>)) => [
    { name: 'a', dtype: 'F32' as const, shape: [2], data },
  ];

  test('a source gives too few bytes', () =>
    check((path) => streamSafetensors(path, source(new Uint8Array(7))), {
      code: 'wrong-data-size',
      tensor: 'a',
    }));

  test('a source gives too many bytes', () =>
    check((path) => streamSafetensors(path, source(new Uint8Array(9))), {
      code: 'wrong-data-size',
      tensor: 'a',
    }));

  test('a source never ends', async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield await Promise.resolve(new Uint8Array(3));
      }
    }
    await check((path) => streamSafetensors(path, source(endless)), { code: 'wrong-data-size' });
    expect(given).toBe(3);
  });

  test('a source fails half-way', async () => {
    async function* failing() {
      yield await Promise.resolve(new Uint8Array(4));
      throw new Error('the link is down');
    }
    await check((path) => streamSafetensors(path, source(failing)), { message: 'the link is down' });
  });

  test.skipIf(process.platform !== 'linux')('the disk is full', () =>
    check((path) => writeSafetensors(path, [['a', ONE]], { openFile: () => open('/dev/full', 'w') }), {
      code: 'ENOSPC',
    }),
  );

  test('the disk is full after some bytes', async () => {
    await check(
      (path) =>
        streamSafetensors(path, source(new Uint8Array(8)), {
          onBytes: (bytes) => {
            if (bytes.byteLength === 8) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          },
        }),
      { code: 'ENOSPC' },
    );
  });

  test.each<[string, string, [string, TensorData][]]>([
    [
      'a name stands twice',
      'duplicate-key',
      [
        ['a', ONE],
        ['a', ONE],
      ],
    ],
    ['a tensor is called as the metadata', 'invalid-name', [['__metadata__', ONE]]],
    ['a name has half a surrogate pair', 'invalid-name', [['\ud800', ONE]]],
    ['a dtype is unknown', 'unknown-dtype', [['a', { ...ONE, dtype: 'F99' as Dtype }]]],
    ['a dimension is negative', 'invalid-tensor-info', [['a', { ...ONE, shape: [-1] }]]],
    ['a dimension is a fraction', 'invalid-tensor-info', [['a', { ...ONE, shape: [0.5, 2] }]]],
    ['a size overflows', 'size-overflow', [['a', { ...ONE, shape: [2 ** 40, 2 ** 40] }]]],
    ['a packed dtype ends inside a byte', 'size-mismatch', [['a', { ...ONE, dtype: 'F4', shape: [3] }]]],
    ['data and shape disagree', 'wrong-data-size', [['a', { ...ONE, shape: [2] }]]],
  ])('%s', (_, code, tensors) => check((path) => writeSafetensors(path, tensors), { code }));

  test('metadata is no text', () =>
    check(
      (path) =>
        writeSafetensors(path, [['a', ONE]], { metadata: { step: 3 } as unknown as Record<string, string> }),
      { code: 'invalid-metadata' },
    ));

  test('the header is larger than readers accept', () =>
    check((path) => writeSafetensors(path, [], { metadata: { a: 'x'.repeat(100_000_000) } }), {
      code: 'header-length',
    }));
});

test('a large tensor goes through in bounded chunks and is read in part', async () => {
  const path = join(await temporaryFolder(), 'large.safetensors');
  const chunk = new Uint8Array(1 << 20);
  function* chunks() {
    for (let i = 0; i < 40; i++) yield chunk.fill(i);
  }
  await streamSafetensors(path, [{ name: 'a', dtype: 'U8', shape: [40, 1 << 20], data: chunks }]);
  const file = await openSafetensors(path);
  const target = new Uint8Array(2);
  await file.readInto('a', target, 17 * (1 << 20) - 1);
  expect([...target]).toEqual([16, 17]);
  await file.close();
});
