import { readSync } from 'node:fs';
import { truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asFloat32, openSafetensors, readSafetensors, tensorOf, writeSafetensors } from './index.ts';
import type { SafetensorsErrorCode } from './index.ts';
import { rawBytes, rawFile, temporaryFolder } from './raw-file.test.fixture.ts';

const F32 = (offsets: string, shape = '[1]') => `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;
const A = `{"a":${F32('[0,4]')}}`;

/** Each is refused by the reference too, but for a key that stands twice and null metadata, and leading white space. */
const REFUSED: [string, SafetensorsErrorCode, Uint8Array][] = [
  ['no bytes', 'file-too-short', new Uint8Array(0)],
  ['7 bytes', 'file-too-short', new Uint8Array(7)],
  ['an empty header', 'header-not-json', rawBytes('')],
  ['a header length over 100,000,000', 'header-length', rawBytes(A, 4, 100_000_001n)],
  ['a header length of 2^64 - 1', 'header-length', rawBytes(A, 4, 2n ** 64n - 1n)],
  ['a header that ends behind the file', 'header-length', rawBytes(A, 0, BigInt(A.length + 1))],
  ['a header one byte short', 'header-not-json', rawBytes(A, 4, BigInt(A.length - 1))],
  ['white space in front', 'header-not-json', rawBytes(` ${A}`, 4)],
  ['a byte order mark', 'header-not-json', rawBytes('\ufeff{}')],
  ['a list', 'header-not-json', rawBytes('[]')],
  ['a NUL behind the JSON', 'header-not-json', rawBytes(`${A}\0`, 4)],
  ['a second object behind the JSON', 'header-not-json', rawBytes(`${A}{}`, 4)],
  ['a trailing comma', 'header-not-json', rawBytes(`{"a":${F32('[0,4]')},}`, 4)],
  ['a trailing comma in a shape', 'header-not-json', rawBytes(`{"a":${F32('[0,4]', '[1,]')}}`, 4)],
  ['a comment', 'header-not-json', rawBytes(`{/**/"a":${F32('[0,4]')}}`, 4)],
  ['a line comment', 'header-not-json', rawBytes(`${A}//`, 4)],
  ['single quotes', 'header-not-json', rawBytes(A.replaceAll('"', "'"), 4)],
  ['a raw line feed in a string', 'header-not-json', rawBytes('{"__metadata__":{"a":"\n"}}')],
  ['half a surrogate pair', 'header-not-json', rawBytes('{"__metadata__":{"a":"\\ud800"}}')],
  ['half a surrogate pair in a name', 'header-not-json', rawBytes(A.replace('"a"', '"\\udc00"'), 4)],
  ['bytes that are not UTF-8', 'header-not-utf8', rawBytes(Buffer.from('{"\xff":1}', 'latin1'))],
  ['an overlong encoding', 'header-not-utf8', rawBytes(Buffer.from('{"\xc0\xaf":1}', 'latin1'))],
  ['endless nesting', 'header-not-json', rawBytes(`{"a":${'['.repeat(1_000_000)}`)],
  ['a tensor twice', 'duplicate-key', rawBytes(`{"a":${F32('[0,4]')},"a":${F32('[0,4]')}}`, 4)],
  ['the same name, escaped', 'duplicate-key', rawBytes(`{"a":${F32('[0,4]')},"\\u0061":${F32('[4,8]')}}`, 8)],
  ['metadata twice', 'duplicate-key', rawBytes('{"__metadata__":{},"__metadata__":{}}')],
  ['a metadata key twice', 'duplicate-key', rawBytes('{"__metadata__":{"a":"1","a":"2"}}')],
  ['a field twice', 'duplicate-key', rawBytes(A.replace('"dtype":"F32"', '"dtype":"F32","dtype":"F32"'), 4)],
  ['metadata with a number', 'invalid-metadata', rawBytes('{"__metadata__":{"a":1}}')],
  ['metadata with an object', 'invalid-metadata', rawBytes('{"__metadata__":{"a":{}}}')],
  ['metadata that is a list', 'invalid-metadata', rawBytes('{"__metadata__":[]}')],
  ['metadata that is null', 'invalid-metadata', rawBytes('{"__metadata__":null}')],
  ['a tensor that is a number', 'invalid-tensor-info', rawBytes('{"a":1}')],
  ['no dtype', 'invalid-tensor-info', rawBytes('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4)],
  ['no shape', 'invalid-tensor-info', rawBytes('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4)],
  ['no offsets', 'invalid-tensor-info', rawBytes('{"a":{"dtype":"F32","shape":[1]}}', 4)],
  ['three offsets', 'invalid-tensor-info', rawBytes(`{"a":${F32('[0,4,4]')}}`, 4)],
  ['one offset', 'invalid-tensor-info', rawBytes(`{"a":${F32('[0]')}}`, 4)],
  ['a negative dimension', 'invalid-tensor-info', rawBytes(`{"a":${F32('[0,4]', '[-1]')}}`, 4)],
  ['a dimension of 1.0', 'invalid-tensor-info', rawBytes(`{"a":${F32('[0,4]', '[1.0]')}}`, 4)],
  ['a dimension of 1e0', 'invalid-tensor-info', rawBytes(`{"a":${F32('[0,4]', '[1e0]')}}`, 4)],
  ['a dimension in quotes', 'invalid-tensor-info', rawBytes(`{"a":${F32('[0,4]', '["1"]')}}`, 4)],
  ['a dimension with a leading 0', 'header-not-json', rawBytes(`{"a":${F32('[0,4]', '[01]')}}`, 4)],
  ['an offset of -0', 'invalid-tensor-info', rawBytes(`{"a":${F32('[-0,4]')}}`, 4)],
  ['an unknown dtype', 'unknown-dtype', rawBytes(A.replace('F32', 'F99'), 4)],
  ['a dtype in lower case', 'unknown-dtype', rawBytes(A.replace('F32', 'f32'), 4)],
  ['a dtype from the prototype', 'unknown-dtype', rawBytes(A.replace('F32', 'toString'), 4)],
  ['a product over 2^64', 'size-overflow', rawBytes(`{"a":${F32('[0,0]', '[4294967296,4294967296]')}}`)],
  [
    'a product over 2^64 before a 0',
    'size-overflow',
    rawBytes(`{"a":${F32('[0,0]', '[4294967296,4294967296,0]')}}`),
  ],
  [
    'bits that wrap around to 0',
    'size-overflow',
    rawBytes(`{"a":${F32('[0,0]', '[2147483648,268435456]')}}`),
  ],
  ['a dimension of 2^64', 'size-overflow', rawBytes(`{"a":${F32('[0,0]', '[18446744073709551616]')}}`)],
  ['an offset of 2^63', 'size-overflow', rawBytes(`{"a":${F32('[0,9223372036854775808]')}}`)],
  ['too few bytes for the dtype', 'size-mismatch', rawBytes(A.replace('F32', 'F64'), 4)],
  ['too many bytes for the dtype', 'size-mismatch', rawBytes(A.replace('F32', 'U16'), 4)],
  ['half a byte', 'size-mismatch', rawBytes('{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}', 2)],
  ['data that does not begin at 0', 'offset-mismatch', rawBytes(`{"a":${F32('[4,8]')}}`, 8)],
  ['a hole', 'offset-mismatch', rawBytes(`{"a":${F32('[0,4]')},"b":${F32('[8,12]')}}`, 12)],
  ['an overlap', 'offset-mismatch', rawBytes(`{"a":${F32('[0,4]')},"b":${F32('[2,6]')}}`, 6)],
  ['two tensors in one place', 'offset-mismatch', rawBytes(`{"a":${F32('[0,4]')},"b":${F32('[0,4]')}}`, 4)],
  [
    'an end before the beginning',
    'offset-mismatch',
    rawBytes(`{"a":${F32('[0,4]')},"b":${F32('[4,0]', '[0]')}}`, 4),
  ],
  ['bytes behind the data', 'data-length', rawBytes(A, 5)],
  ['bytes without tensors', 'data-length', rawBytes('{}', 1)],
  ['data cut short', 'data-length', rawBytes(A, 3)],
];

describe('a file is refused for', () => {
  test.each(REFUSED)('%s (%s)', async (_, code, bytes) => {
    const path = await rawFile(bytes);
    await expect(openSafetensors(path)).rejects.toMatchObject({ name: 'SafetensorsError', code, file: path });
  });
});

describe('a file is accepted with', () => {
  test.each<[string, string, number, string[]]>([
    ['no tensors', '{}', 0, []],
    ['spaces behind the JSON', `${A}   `, 4, ['a']],
    ['other white space behind the JSON, as the reference does', `${A}\n\t`, 4, ['a']],
    ['a scalar', `{"a":${F32('[0,4]', '[]')}}`, 4, ['a']],
    ['an empty tensor', `{"a":${F32('[0,0]', '[0,5]')}}`, 0, ['a']],
    [
      'an empty tensor between others, listed out of order',
      `{"z":${F32('[4,4]', '[0]')},"b":${F32('[4,8]')},"a":${F32('[0,4]')}}`,
      8,
      ['a', 'z', 'b'],
    ],
    [
      'fields that are not known',
      `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":[{"y":1.5}]}}`,
      4,
      ['a'],
    ],
    ['an empty name', `{"":${F32('[0,4]')}}`, 4, ['']],
    [
      'names that mean something to JavaScript',
      `{"__proto__":${F32('[0,4]')},"constructor":${F32('[4,8]')}}`,
      8,
      ['__proto__', 'constructor'],
    ],
    ['two numbers in a byte', '{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}', 2, ['a']],
    ['four numbers in three bytes', '{"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}', 3, ['a']],
  ])('%s', async (_, header, dataLength, names) => {
    const file = await openSafetensors(await rawFile(rawBytes(header, dataLength)));
    expect(file.names).toEqual(names);
    await file.close();
  });
});

test('the message says what was found, where and what was expected', async () => {
  const path = await rawFile(rawBytes(`{"w.0":${F32('[0,4]')},"w.1":${F32('[8,12]')}}`, 12));
  await expect(openSafetensors(path)).rejects.toThrow(
    `${path}: tensor "w.1" leaves a hole: begins at 8 of the data, expected 4`,
  );
  const twice = await rawFile(rawBytes('{"é":1,"a":2,"a":3}'));
  // 8 bytes of length, then 14 (é takes two) before the second "a".
  await expect(openSafetensors(twice)).rejects.toMatchObject({ code: 'duplicate-key', byte: 8 + 14 });
});

test('every proper beginning of a good file is refused', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.safetensors');
  const bytes = rawBytes(`{"a":${F32('[0,8]', '[2]')},"b":${F32('[8,12]')}}`, 12);
  for (let length = 0; length < bytes.byteLength; length++) {
    await writeFile(path, bytes.subarray(0, length));
    await expect(openSafetensors(path), `${length} bytes`).rejects.toMatchObject({
      name: 'SafetensorsError',
    });
  }
  await writeFile(path, bytes);
  await (await openSafetensors(path)).close();
});

test('a directory and a missing file are the system’s errors', async () => {
  const folder = await temporaryFolder();
  await expect(openSafetensors(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(openSafetensors(folder)).rejects.toThrow();
});

describe('reading', () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i);

  async function opened() {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, [
      ['rows', tensorOf(values, [6, 4])],
      ['flags', tensorOf(new Uint8Array([1, 0]), [2], 'BOOL')],
    ]);
    return { path, file: await openSafetensors(path) };
  }

  test('by name, and what the header says', async () => {
    const { file } = await opened();
    expect(file.names).toEqual(['rows', 'flags']);
    expect(file.info('rows')).toEqual({ dtype: 'F32', shape: [6, 4], byteLength: 96 });
    const rows = await file.read('rows');
    expect(rows).toMatchObject({ name: 'rows', dtype: 'F32', shape: [6, 4] });
    expect(asFloat32(rows)).toEqual(values);
    expect(file.has('flags')).toBe(true);
    expect(file.has('rows.0')).toBe(false);
    expect(() => file.info('rows.0')).toThrow(expect.objectContaining({ code: 'unknown-tensor' }));
    await expect(file.read('rows.0')).rejects.toMatchObject({ code: 'unknown-tensor', tensor: 'rows.0' });
    await file.close();
  });

  test('a part, into the caller’s memory', async () => {
    const { file } = await opened();
    const row = new Float32Array(4);
    const bytes = new Uint8Array(row.buffer);
    await file.readInto('rows', bytes, 3 * 16);
    expect([...row]).toEqual([12, 13, 14, 15]);
    await file.readInto('rows', bytes);
    expect([...row]).toEqual([0, 1, 2, 3]);
    await file.readInto('rows', new Uint8Array(0), 96);
    for (const offset of [81, -1, 0.5, Number.NaN, Infinity]) {
      await expect(file.readInto('rows', bytes, offset)).rejects.toMatchObject({ code: 'out-of-range' });
    }
    expect([...row]).toEqual([0, 1, 2, 3]);
    await file.close();
  });

  test('from a closed file is refused, closing twice is not', async () => {
    const { file } = await opened();
    await file.close();
    await file.close();
    await expect(file.read('rows')).rejects.toMatchObject({ code: 'closed' });
  });

  test('from a file that was cut after it was opened', async () => {
    const { path, file } = await opened();
    await truncate(path, 8);
    await expect(file.read('rows')).rejects.toMatchObject({ code: 'truncated', file: path });
    await expect(readSafetensors(path)).rejects.toMatchObject({ code: 'header-length' });
    await file.close();
  });

  test('by the caller, who is told where the bytes lie', async () => {
    const { path, file } = await opened();
    const { byteLength } = file.info('rows');
    const { fd, position, file: named } = file.locate('rows');
    expect(named).toBe(path);
    const bytes = new Uint8Array(byteLength);
    expect(readSync(fd, bytes, 0, byteLength, position)).toBe(byteLength);
    expect(bytes).toEqual((await file.read('rows')).data);
    expect(() => file.locate('none')).toThrow(expect.objectContaining({ code: 'unknown-tensor' }));
    await file.close();
    expect(() => file.locate('rows')).toThrow(expect.objectContaining({ code: 'closed' }));
  });

  test('from a file that was written to after it was opened is found out', async () => {
    const { path, file } = await opened();
    await file.checkUnchanged();
    await utimes(path, 1, 1);
    await expect(file.checkUnchanged()).rejects.toMatchObject({ code: 'changed', file: path });
    await file.close();
  });
});
