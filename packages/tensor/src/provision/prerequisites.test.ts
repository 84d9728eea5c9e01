import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPrerequisites } from './prerequisites.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'borealis-path-'));
});
afterEach(() => rm(path, { recursive: true }));

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(path, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(path, name), 0o755);
}
const PIP = 'echo "pip 23.0 from here (python 3.11)"';

test('everything there: the compiler is what CXX says, arguments included', async () => {
  await program('python3', PIP);
  await program('mycc', 'exit 0');
  await program('g++', 'exit 0');
  const found = await findPrerequisites({ PATH: path, CXX: 'mycc --fast' });
  expect(found).toEqual({ python: 'python3', compiler: ['mycc', '--fast'] });
  expect((await findPrerequisites({ PATH: path })).compiler).toEqual(['g++']);
});

test('all that is missing stands in one line with the command that installs it', async () => {
  await program('apt-get', 'exit 0');
  const error = await findPrerequisites({ PATH: path }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ reason: 'MISSING_PREREQUISITE' });
  expect((error as Error).message).toMatch(/^Missing: [^\n]*C\+\+[^\n]*Python 3[^\n]*pip[^\n]*$/);
  expect((error as Error).message).toMatch(/(sudo )?apt-get install -y g\+\+ python3 python3-pip$/);
});

test('Python without pip, by another package manager', async () => {
  await program('c++', 'exit 0');
  await program('dnf', 'exit 0');
  await program('python3', '[ "$1" = --version ]');
  await expect(findPrerequisites({ PATH: path })).rejects.toThrow(
    /^Missing: pip .*dnf install -y python3-pip$/,
  );
});

test('a CXX that does not run is missing, even where another compiler is there', async () => {
  await program('python3', PIP);
  await program('c++', 'exit 0');
  await expect(findPrerequisites({ PATH: path, CXX: 'nothere' })).rejects.toThrow(
    /Missing: a C\+\+17 compiler/,
  );
});

test('an old pip is said to be too old', async () => {
  await program('c++', 'exit 0');
  await program('python3', 'echo "pip 9.0.1 from here (python 3.6)"');
  await expect(findPrerequisites({ PATH: path })).rejects.toThrow(/pip 9\.0 is too old/);
});
