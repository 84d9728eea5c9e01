import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFileAtomic } from './index.ts';
import { temporaryFolder } from './store.test.fixture.ts';

test('writes text and bytes whole, over what was there', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'run.json');
  await writeFileAtomic(path, '{"ü":1}');
  expect(await readFile(path, 'utf8')).toBe('{"ü":1}');
  await writeFileAtomic(path, new Uint8Array([1, 2]));
  expect([...(await readFile(path))]).toEqual([1, 2]);
  await writeFileAtomic(path, '');
  expect((await readFile(path)).byteLength).toBe(0);
  expect(await readdir(folder)).toEqual(['run.json']);
  await expect(writeFileAtomic(join(folder, 'none', 'a'), '')).rejects.toMatchObject({ code: 'ENOENT' });
});
