import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeMachine, type FakeMachine } from './fake-layout.test.fixture.ts';
import { findEngineIn } from './find-engine.ts';
import { provisionEngineIn } from './provision-engine.ts';
import { addonUnits } from './translation-units.ts';
import { verifyEngine } from './verify-engine.ts';

const CPU = { source: 'pypi', flavour: 'cpu' } as const;

let machine: FakeMachine;
beforeEach(async () => {
  machine = await fakeMachine();
  vi.stubEnv('PATH', machine.path);
  vi.stubEnv('CXX', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(machine.root, { recursive: true });
});
const log = (): Promise<string> => readFile(machine.log, 'utf8').catch(() => '');
const installPython = ({ root }: FakeMachine, download: string): Promise<void> =>
  writeFile(
    join(root, 'bin', 'python3'),
    `#!/bin/sh\ncase "$*" in *--version*) echo "pip 23.0";; *) ${download};; esac\n`,
  );
const scratch = (): Promise<string[]> => readdir(join(machine.layout.cache, 'tmp'));

/** What the compiler logs: every source; the linking of the addon and of its front. */
const BUILD = 'compile\n'.repeat(addonUnits('linux-x64').length + 1 + 2);

test('downloads, unpacks, compiles; the second call does nothing', async () => {
  const steps: string[] = [];
  const onProgress = ({ step }: { step: string }): void => void steps.push(step);
  const engine = await provisionEngineIn(machine.layout, { ...CPU, onProgress });
  expect(engine).toMatchObject({
    tensorflowVersion: '2.21.0',
    hasExtension: true,
    flavour: 'cpu',
    source: 'pypi',
  });
  expect(await readFile(engine.addonPath, 'utf8')).toBe('addon\n');
  expect(existsSync(join(engine.libraryDirectory, 'libtensorflow_cc.so.2'))).toBe(true);
  expect([...new Set(steps)]).toEqual(['download', 'unpack', 'compile', 'done']);
  expect(await provisionEngineIn(machine.layout, CPU)).toEqual(engine);
  expect(findEngineIn(machine.layout, {})).toEqual(engine);
  expect(await log()).toBe(`download\n${BUILD}`);
  expect(await scratch()).toEqual([]);
  await expect(verifyEngine(engine)).resolves.toBeUndefined();
});

test('two at once: the second waits and downloads nothing', async () => {
  const [first, second] = await Promise.all([1, 2].map(() => provisionEngineIn(machine.layout, CPU)));
  expect(first).toEqual(second);
  expect(await log()).toBe(`download\n${BUILD}`);
});

test('a changed source is compiled anew against the same library', async () => {
  const before = await provisionEngineIn(machine.layout, CPU);
  await appendFile(join(machine.layout.nativeDirectory, 'borealis.cc'), '// more');
  expect(findEngineIn(machine.layout, CPU)).toBeUndefined();
  const after = await provisionEngineIn(machine.layout, CPU);
  expect(after.addonPath).not.toBe(before.addonPath);
  expect(after.libraryDirectory).toBe(before.libraryDirectory);
  expect(await log()).toBe(`download\n${BUILD}${BUILD}`);
});

test('a shortened library is not found, and is fetched again', async () => {
  const engine = await provisionEngineIn(machine.layout, CPU);
  const library = join(engine.libraryDirectory, 'libtensorflow_cc.so.2');
  await truncate(library, 1);
  expect(findEngineIn(machine.layout, CPU)).toBeUndefined();
  await provisionEngineIn(machine.layout, CPU);
  expect(await readFile(library, 'utf8')).toBe('cc');
});

test('a changed byte is found by verifyEngine, which names the file', async () => {
  const engine = await provisionEngineIn(machine.layout, CPU);
  await writeFile(join(engine.libraryDirectory, 'libtensorflow_cc.so.2'), 'cX');
  await expect(verifyEngine(engine)).rejects.toMatchObject({
    reason: 'DAMAGED',
    message: expect.stringMatching(/libtensorflow_cc\.so\.2.*Remove/) as string,
  });
});

test('a compiler error is shown and leaves no engine behind', async () => {
  await writeFile(
    join(machine.root, 'bin', 'c++'),
    '#!/bin/sh\n[ "$1" = --version ] || { echo "line 7: boom"; exit 3; }\n',
  );
  await expect(provisionEngineIn(machine.layout, CPU)).rejects.toMatchObject({
    reason: 'COMPILE_FAILED',
    message: expect.stringContaining('line 7: boom') as string,
  });
  expect(findEngineIn(machine.layout, CPU)).toBeUndefined();
  expect(await scratch()).toEqual([]);
});

test("a failing download shows pip's own words", async () => {
  await installPython(machine, 'echo "ERROR: no route"; exit 1');
  await expect(provisionEngineIn(machine.layout, CPU)).rejects.toMatchObject({
    reason: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('ERROR: no route') as string,
  });
});

test('a system without wheels is named, with what is supported', async () => {
  const layout = { ...machine.layout, platform: 'win32-x64' };
  await expect(provisionEngineIn(layout, CPU)).rejects.toMatchObject({
    reason: 'UNSUPPORTED_PLATFORM',
    message: expect.stringMatching(/win32-x64.*Supported: Linux.*WASM/) as string,
  });
  expect(findEngineIn(layout, CPU)).toBeUndefined();
});

test('killed half-way, the next call starts afresh and removes what was left', async () => {
  await installPython(machine, `echo started >> '${machine.log}'; exec sleep 3`);
  const module = new URL('./provision-engine.ts', import.meta.url).href;
  const script = `const { provisionEngineIn } = await import(${JSON.stringify(module)});
    await provisionEngineIn(${JSON.stringify(machine.layout)}, ${JSON.stringify(CPU)});`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  while (!(await log()).includes('started')) await new Promise((done) => setTimeout(done, 20));
  expect(await scratch()).toHaveLength(1);
  child.kill('SIGKILL');
  await once(child, 'exit');

  await installPython(machine, 'exit 1');
  await expect(provisionEngineIn(machine.layout, CPU)).rejects.toMatchObject({ reason: 'DOWNLOAD_FAILED' });
  expect(await scratch()).toEqual([]);
  expect(await readdir(join(machine.layout.cache, 'locks'))).toEqual([]);
});
