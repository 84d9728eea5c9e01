import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { asFloat32, openSafetensors, readSafetensors, writeSafetensors } from './index.ts';
import { GOLDENS, temporaryFolder } from './raw-file.test.fixture.ts';

const FILES = readdirSync(GOLDENS).filter((name) => name.endsWith('.safetensors'));

test('there are files of the reference writer', () => {
  expect(FILES.length).toBeGreaterThan(10);
});

test.each(FILES)('%s, written by the reference, is read and written to the same bytes', async (name) => {
  const original = fileURLToPath(new URL(name, GOLDENS));
  const { tensors, metadata } = await readSafetensors(original);
  expect(tensors.size).toBeGreaterThan(0);

  const copy = join(await temporaryFolder(), name);
  await writeSafetensors(copy, tensors, { metadata });
  expect(await readSafetensors(copy)).toEqual({ tensors, metadata });

  // The reference orders metadata keys at random; everything else must be equal to the byte.
  const [before, after] = [await readFile(original), await readFile(copy)];
  const length = Number(before.readBigUInt64LE());
  expect(Number(after.readBigUInt64LE())).toBe(length);
  expect(after.subarray(8 + length).equals(before.subarray(8 + length))).toBe(true);
  const withoutMetadata = (file: Buffer): string =>
    file.toString('utf8', 8, 8 + length).replace(/"__metadata__":\{(?:"(?:[^"\\]|\\.)*"[:,]?)*\},?/, '');
  expect(withoutMetadata(after)).toBe(withoutMetadata(before));
});

test('values are what they are known to be', async () => {
  const file = await openSafetensors(fileURLToPath(new URL('schedulers.safetensors', GOLDENS)));
  const sigmas = asFloat32(await file.read('outputs.euler_unshifted.sigmas.20'));
  expect(sigmas.length).toBe(21);
  expect(sigmas[0]).toBe(1);
  expect(sigmas.at(-1)).toBe(0);
  expect(sigmas.every((sigma, i) => i === 0 || sigma < (sigmas[i - 1] ?? 0))).toBe(true);
  await file.close();
});
