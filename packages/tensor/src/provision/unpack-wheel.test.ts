import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storedZip } from './stored-zip.test.fixture.ts';
import { unpackWheel } from './unpack-wheel.ts';
import { WHEEL_CONTENTS } from './wheel-contents.ts';

let folder: string;
let wheel: string;
let into: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-wheel-'));
  wheel = join(folder, 'a.whl');
  into = join(folder, 'into');
});
afterEach(() => rm(folder, { recursive: true }));

test('takes what is wanted, byte for byte, and records size and hash', async () => {
  const path = 'tensorflow/include/tensorflow/c/c_api.h';
  await writeFile(wheel, storedZip({ [path]: 'int x;\n', 'tensorflow/python/a.py': 'pass' }));
  const records = await unpackWheel({ wheel, into, contents: WHEEL_CONTENTS });
  const sha256 = createHash('sha256').update('int x;\n').digest('hex');
  expect(records).toEqual([{ path, bytes: 7, sha256 }]);
  expect(await readFile(join(into, path), 'utf8')).toBe('int x;\n');
  expect(existsSync(join(into, 'tensorflow/python'))).toBe(false);
});

test.each([
  ['a path that leads out of the folder', storedZip({ '../evil.h': 'x' })],
  ['an absolute path', storedZip({ '/evil.h': 'x' })],
  ['a directory that lies about sizes', storedZip({ 'a.h': 'x' }, 5)],
  ['a cut-off archive', storedZip({ 'a.h': 'x' }).subarray(0, 20)],
  ['no archive at all', Buffer.from('<html>not found</html>')],
])('refuses %s', async (_, bytes) => {
  await writeFile(wheel, bytes);
  await expect(unpackWheel({ wheel, into, contents: ['.'] })).rejects.toMatchObject({
    code: 'PROVISION_FAILED',
    reason: 'WHEEL_CONTENT',
    message: expect.stringContaining('a.whl') as string,
  });
  expect(existsSync(join(folder, 'evil.h'))).toBe(false);
});
