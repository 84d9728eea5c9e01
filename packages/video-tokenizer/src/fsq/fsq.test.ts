import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asBigInt64, asFloat32, readSafetensors } from '@borealis/safetensors';
import type { TensorData } from '@borealis/safetensors';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOfLevels, codesOfLevels, levelsOfCode, levelsOfCodes } from './code-levels.ts';
import { fsqBound, fsqRange, unbound } from './fsq-bound.ts';
import { codeCount, COSMOS_LEVELS } from './fsq-levels.ts';
import { fsqQuantize, fsqValues } from './fsq-quantize.ts';

const folder = new URL('../../../../tests/goldens/', import.meta.url);

describe('against the reference vectors of tests/goldens/fsq.safetensors', () => {
  const tolerances: { files: { fsq: [string, number, number][] } } = JSON.parse(
    readFileSync(new URL('tolerances.json', folder), 'utf8'),
  );
  let tensors: ReadonlyMap<string, TensorData> = new Map();
  let levels: number[] = [];
  const checked = new Set<string>();
  beforeAll(async () => {
    const file = await readSafetensors(fileURLToPath(new URL('fsq.safetensors', folder)));
    tensors = file.tensors;
    ({ levels } = JSON.parse(file.metadata['config'] ?? '{}') as { levels: number[] });
  });

  const tensor = (name: string): TensorData => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`the goldens have no ${name}`);
    return found;
  };
  const integers = (name: string): number[] => Array.from(asBigInt64(tensor(name)), Number);

  function expectClose(name: string, got: Float32Array): void {
    const full = `outputs.${name}`;
    const want = asFloat32(tensor(full));
    const rule = tolerances.files.fsq.find(([pattern]) => new RegExp(pattern).test(full));
    const [, atol, rtol] = rule ?? ['', 0, 0];
    expect(got.length).toBe(want.length);
    const differences = want.map((value, i) => Math.abs(value - (got[i] ?? NaN)));
    const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(differences.every((difference) => difference <= atol + rtol * largest)).toBe(true);
    checked.add(full);
  }
  function expectEqual(name: string, got: ArrayLike<number>): void {
    expect([...Array.from(got)]).toEqual(integers(`outputs.${name}`));
    checked.add(`outputs.${name}`);
  }

  it('every output is met', () => {
    const z = asFloat32(tensor('inputs.z'));
    const probe = integers('inputs.probe_indices');
    expectClose('bounded', fsqBound(z, levels));
    const indices = fsqQuantize(z, levels);
    expectEqual('level_indices', indices);
    expectClose('codes', fsqValues(indices, levels));
    expectEqual('indices', codesOfLevels(indices, levels));
    expectClose('codes_from_indices', fsqValues(levelsOfCodes(integers('outputs.indices'), levels), levels));
    expectClose('probe_codes', fsqValues(levelsOfCodes(probe, levels), levels));
    expect([...checked].sort()).toEqual(
      [...tensors.keys()].filter((name) => name.startsWith('outputs.')).sort(),
    );
  });
});

describe('levels and codes', () => {
  it('make 64,000 codes, each of which comes back', () => {
    expect(codeCount(COSMOS_LEVELS)).toBe(64_000);
    const all = Int32Array.from({ length: 64_000 }, (_, i) => i);
    expect(codesOfLevels(levelsOfCodes(all))).toEqual(all);
  });

  it('vary the first level fastest', () => {
    expect(levelsOfCode(1)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(levelsOfCode(63_999)).toEqual([7, 7, 7, 4, 4, 4]);
    expect(codeOfLevels([0, 0, 0, 0, 0, 1])).toBe(12_800);
  });

  it('are refused outside of their ranges', () => {
    for (const code of [-1, 64_000, 1.5, NaN])
      expect(() => levelsOfCode(code)).toThrow(/outside \[0, 64000\)/);
    expect(() => codeOfLevels([8, 0, 0, 0, 0, 0])).toThrow(/outside \[0, 8\)/);
    expect(() => codeOfLevels([0, 0, 0])).toThrow(/no rows of 6/);
    expect(() => codeOfLevels([])).toThrow(/not the 6 of one code/);
    for (const levels of [[], [1, 8], [2.5], [300], Array<number>(40).fill(2)]) {
      expect(() => codeCount(levels)).toThrow(/FSQ levels must be/);
    }
  });
});

describe.each([2, 3, 5, 8, 16, 256])('a coefficient of %i levels', (level) => {
  it('reaches every level and none beyond, however large the number', () => {
    const range = fsqRange(level);
    const middles = Float32Array.from({ length: level }, (_, i) => unbound(i - (level >> 1), range));
    expect([...fsqQuantize(middles, [level])]).toEqual(Array.from({ length: level }, (_, i) => i));
    expect([...fsqQuantize(Float32Array.of(-1e30, 1e30), [level])]).toEqual([0, level - 1]);
  });

  it('refuses what is no number', () => {
    expect(() => fsqQuantize(Float32Array.of(0, NaN), [level])).toThrow(/Coefficient 0 of row 1 is NaN/);
  });
});
