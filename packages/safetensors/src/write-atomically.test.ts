import { chmod, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeAtomically } from './index.ts';
import { temporaryFolder } from './raw-file.test.fixture.ts';

test('the file appears when all of it is written, not before', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'a');
  await writeFile(path, 'old');
  await writeAtomically(path, async (file) => {
    await file.write('new ');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect((await readdir(folder)).filter((name) => name.startsWith('a.tmp-'))).toHaveLength(1);
    await file.write(new Uint8Array([0xc3, 0xa9]));
  });
  expect(await readFile(path, 'utf8')).toBe('new é');
  expect(await readdir(folder)).toEqual(['a']);
});

test('two writers at once leave one whole file', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'a');
  await Promise.all(
    ['x', 'y'].map((letter) =>
      writeAtomically(path, async (file) => {
        for (let i = 0; i < 50; i++) await file.write(letter.repeat(100));
      }),
    ),
  );
  expect(await readFile(path, 'utf8')).toMatch(/^(x{5000}|y{5000})$/);
  expect(await readdir(folder)).toEqual(['a']);
});

test('a failing writer leaves nothing, not even its temporary file', async () => {
  const folder = await temporaryFolder();
  const failure = writeAtomically(join(folder, 'a'), async (file) => {
    await file.write('half');
    throw new Error('stop');
  });
  await expect(failure).rejects.toThrow('stop');
  expect(await readdir(folder)).toEqual([]);
});

test('where the target is a folder the rename fails and nothing is left', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'a', 'b'), { recursive: true });
  await expect(writeAtomically(join(folder, 'a'), (file) => file.write('x'))).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['a']);
});

test('a missing folder is the system’s error', async () => {
  const path = join(await temporaryFolder(), 'none', 'a');
  await expect(writeAtomically(path, (file) => file.write('x'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('short writes are continued', async () => {
  const path = join(await temporaryFolder(), 'a');
  await writeAtomically(path, (file) => file.write('0123456789'), {
    openFile: async (temporary, flags) => {
      const handle = await open(temporary, flags);
      const write = handle.write.bind(handle);
      handle.write = ((bytes: Uint8Array, offset: number, length: number) =>
        write(bytes, offset, Math.min(3, length))) as typeof handle.write;
      return handle;
    },
  });
  expect(await readFile(path, 'utf8')).toBe('0123456789');
});

test('an existing file is replaced even where it is read-only, and keeps its folder’s rules', async () => {
  const path = join(await temporaryFolder(), 'a');
  await writeFile(path, 'old');
  await chmod(path, 0o444);
  await writeAtomically(path, (file) => file.write('new'));
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).size).toBe(3);
});
