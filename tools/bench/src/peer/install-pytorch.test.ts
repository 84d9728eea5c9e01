import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installPyTorch } from './install-pytorch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-peer-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A python3 in PATH whose pip does as `pip` says; `$5` is the target folder. */
async function fakePython(pip: string): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = `#!/bin/sh\nif [ "$1" = -c ]; then echo cpython-311 linux; exit 0; fi\n${pip}\n`;
  await writeFile(join(bin, 'python3'), script);
  await chmod(join(bin, 'python3'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
}

const notices: string[] = [];
const install = () =>
  installPyTorch({
    environment: { BOREALIS_CACHE: join(folder, 'cache') },
    onNotice: (message) => notices.push(message),
  });

test('PyTorch is installed into the cache once', async () => {
  await fakePython('mkdir -p "$5/torch"');
  const first = await install();
  expect(first.packages).toContain(join(folder, 'cache', 'peers', 'pytorch-'));
  expect(await readdir(first.packages ?? '')).toEqual(['torch']);
  expect(notices.splice(0)).toEqual([expect.stringMatching(/^Installing PyTorch.*torch==\d/)]);
  expect(await install()).toEqual(first);
  expect(notices).toEqual([]);
});

test('what a suite needs besides has a folder of its own, and brings no PyTorch with it', async () => {
  await fakePython('mkdir -p "$5"; echo "$@" > "$5/arguments"');
  const environment = { BOREALIS_CACHE: join(folder, 'cache') };
  const options = { environment, onNotice: (message: string) => notices.push(message) };
  const { packages = '' } = await installPyTorch({ ...options, also: ['diffusers'] });
  const [pytorch, diffusers] = packages.split(delimiter);
  expect(pytorch).toBe((await installPyTorch(options)).packages);
  const passed = (path = '') => readFile(join(path, 'arguments'), 'utf8');
  expect(await passed(diffusers)).toContain('--no-deps');
  expect(await passed(pytorch)).not.toContain('--no-deps');
  expect(notices.splice(0)).toEqual([
    expect.stringMatching(/^Installing PyTorch/),
    expect.stringMatching(/^Installing diffusers.*diffusers==\d/),
  ]);
});

test('what pip could not install whole is not there', async () => {
  await fakePython('mkdir -p "$5/torch"; exit 1');
  await expect(install()).rejects.toMatchObject({ code: 'peer-install' });
  expect(await readdir(join(folder, 'cache', 'peers'))).toEqual([]);
  expect(await readdir(join(folder, 'cache', 'tmp'))).toEqual([]);
});

test('where there is no Python, it says what is needed', async () => {
  vi.stubEnv('PATH', folder);
  await expect(install()).rejects.toMatchObject({
    code: 'python-missing',
    message: expect.stringContaining('pip'),
  });
});

test('BOREALIS_PYTORCH is used as it is', async () => {
  const environment = { BOREALIS_PYTORCH: '/opt/python' };
  const found = await installPyTorch({ environment, onNotice: () => undefined });
  expect(found).toEqual({ python: '/opt/python', packages: undefined });
});
