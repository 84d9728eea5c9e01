import { describe, expect, test } from 'vitest';
import {
  asBigInt64,
  asFloat32,
  asFloat64,
  asInt32,
  asUint8,
  fromBfloat16,
  fromFloat16,
  tensorOf,
  toBfloat16,
} from './index.ts';
import type { TensorData } from './index.ts';

const ALL_HALVES = Uint16Array.from({ length: 65_536 }, (_, i) => i);

test('all 65,536 halves have the value that IEEE 754 gives them', () => {
  const values = fromFloat16(ALL_HALVES);
  for (const [bits, value] of values.entries()) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    const expected =
      exponent === 31
        ? fraction === 0
          ? sign * Infinity
          : Number.NaN
        : exponent === 0
          ? sign * 2 ** -14 * fraction
          : sign * 2 ** (exponent - 15) * (1 + fraction);
    if (!Object.is(value, expected)) expect.fail(`0x${bits.toString(16)}: ${value}, expected ${expected}`);
  }
});

test('all 65,536 bfloat16 values survive the way to float32 and back', () => {
  const back = toBfloat16(fromBfloat16(ALL_HALVES));
  for (const [bits, found] of back.entries()) {
    const isNan = (bits & 0x7fff) > 0x7f80;
    if (found !== (isNan ? 0x7fc0 : bits))
      expect.fail(`0x${bits.toString(16)} became 0x${found.toString(16)}`);
  }
});

test.each<[string, number, number]>([
  ['exact', 0x3f800000, 0x3f80],
  ['below half: down', 0x3f807fff, 0x3f80],
  ['a tie above an even one: down', 0x3f808000, 0x3f80],
  ['a tie above an odd one: up', 0x3f818000, 0x3f82],
  ['above half: up', 0x3f808001, 0x3f81],
  ['a carry into the exponent', 0x3fffc000, 0x4000],
  ['a negative tie', 0xbf818000, 0xbf82],
  ['the largest float32: infinity', 0x7f7fffff, 0x7f80],
  ['below the tie with infinity', 0x7f7f7fff, 0x7f7f],
  ['infinity', 0x7f800000, 0x7f80],
  ['minus infinity', 0xff800000, 0xff80],
  ['minus zero', 0x80000000, 0x8000],
  ['the smallest subnormal: zero', 0x00000001, 0x0000],
  ['a subnormal tie', 0x00018000, 0x0002],
  ['a NaN whose payload would round away', 0x7f800001, 0x7fc0],
  ['a NaN whose payload would overflow', 0x7fffffff, 0x7fc0],
  ['a negative NaN', 0xffffffff, 0x7fc0],
])('rounding to bfloat16: %s', (_, wide, expected) => {
  expect(toBfloat16(new Float32Array(new Uint32Array([wide]).buffer))[0]).toBe(expected);
});

describe('views', () => {
  test('share the memory where it is aligned, copy where it is not', () => {
    const values = new Float32Array([1, 2, 3]);
    const tensor = tensorOf(values, [3]);
    expect(asFloat32(tensor).buffer).toBe(values.buffer);
    const shifted = new Uint8Array(13);
    shifted.set(tensor.data, 1);
    expect([...asFloat32({ ...tensor, data: shifted.subarray(1) })]).toEqual([1, 2, 3]);
  });

  test('respect the bounds of a subarray', () => {
    const tensor = tensorOf(new Float32Array([9, 1, 2, 9]).subarray(1, 3), [2]);
    expect([...asFloat32(tensor)]).toEqual([1, 2]);
    expect([...toBfloat16(asFloat32(tensor))]).toEqual([0x3f80, 0x4000]);
  });

  test('convert every float', () => {
    expect([...asFloat32(tensorOf(new Uint16Array([0x3c00, 0xc000]), [2], 'F16'))]).toEqual([1, -2]);
    expect([...asFloat32(tensorOf(new Uint16Array([0x3f80, 0xc000]), [2], 'BF16'))]).toEqual([1, -2]);
    expect([...asFloat32(tensorOf(new Float64Array([0.1, 1e300])))]).toEqual([Math.fround(0.1), Infinity]);
    expect([...asFloat64(tensorOf(new Float64Array([0.1])))]).toEqual([0.1]);
    expect([...asFloat64(tensorOf(new Float32Array([0.1])))]).toEqual([Math.fround(0.1)]);
    expect([...asFloat64(tensorOf(new Uint16Array([0x3c01]), [1], 'F16'))]).toEqual([1 + 2 ** -10]);
  });

  test.each<[string, TensorData]>([
    ['I8', tensorOf(new Int8Array([-1, 2]))],
    ['I16', tensorOf(new Int16Array([-1, 2]))],
    ['I32', tensorOf(new Int32Array([-1, 2]))],
    ['I64', tensorOf(new BigInt64Array([-1n, 2n]))],
  ])('convert %s to int32 and int64', (_, tensor) => {
    expect([...asInt32(tensor)]).toEqual([-1, 2]);
    expect([...asBigInt64(tensor)]).toEqual([-1n, 2n]);
  });

  test.each<[string, TensorData]>([
    ['U8', tensorOf(new Uint8Array([1, 200]))],
    ['U16', tensorOf(new Uint16Array([1, 200]))],
    ['U32', tensorOf(new Uint32Array([1, 200]))],
    ['U64', tensorOf(new BigUint64Array([1n, 200n]))],
  ])('convert %s to int32 and int64', (_, tensor) => {
    expect([...asInt32(tensor)]).toEqual([1, 200]);
    expect([...asBigInt64(tensor)]).toEqual([1n, 200n]);
  });

  test.each<[string, TensorData]>([
    ['2^31 as U32', tensorOf(new Uint32Array([1, 2 ** 31]))],
    ['2^31 as I64', tensorOf(new BigInt64Array([1n, 2n ** 31n]))],
    ['2^32 as I64', tensorOf(new BigInt64Array([1n, 2n ** 32n]))],
    ['-2^31 - 1', tensorOf(new BigInt64Array([1n, -(2n ** 31n) - 1n]))],
    ['2^64 - 1', tensorOf(new BigUint64Array([1n, 2n ** 64n - 1n]))],
  ])('refuse to cut %s down to int32', (_, tensor) => {
    expect(() => asInt32(tensor)).toThrow(expect.objectContaining({ code: 'out-of-range' }));
    expect(() => asInt32(tensor)).toThrow('element 1');
  });

  test('refuse to wrap a U64 around', () => {
    expect(() => asBigInt64(tensorOf(new BigUint64Array([2n ** 63n])))).toThrow('does not fit an int64');
  });

  test('refuse a dtype that they can’t show', () => {
    const [floats, ints] = [tensorOf(new Float32Array(1)), tensorOf(new Int32Array(1))];
    for (const refused of [
      () => asFloat32(ints),
      () => asFloat64(ints),
      () => asInt32(floats),
      () => asBigInt64(floats),
      () => asUint8(ints),
      () => asFloat32({ dtype: 'F8_E4M3', shape: [1], data: new Uint8Array(1) }),
    ]) {
      expect(refused).toThrow(expect.objectContaining({ code: 'wrong-dtype' }));
    }
    expect([...asUint8(tensorOf(new Uint8Array([0, 1]), [2], 'BOOL'))]).toEqual([0, 1]);
  });

  test('refuse data that is not as long as the shape says', () => {
    const tensor = tensorOf(new Float32Array(2));
    expect(() => asFloat32({ ...tensor, shape: [3] })).toThrow(
      expect.objectContaining({ code: 'wrong-data-size' }),
    );
    expect(() => tensorOf(new Float32Array(2), [3])).toThrow(
      expect.objectContaining({ code: 'wrong-data-size' }),
    );
    expect(() => tensorOf(new Float32Array(2), [2], 'BF16')).toThrow(
      expect.objectContaining({ code: 'wrong-data-size' }),
    );
  });
});
