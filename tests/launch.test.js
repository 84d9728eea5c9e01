// The launcher is JavaScript without types, and so is its test.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countTests } from '../tools/launch/count-tests.mjs';
import { withLock } from '../tools/launch/lock.mjs';
import { isSupportedNode, NODE_VERSION } from '../tools/launch/pins.mjs';
import { ROOT } from '../tools/launch/places.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'borealis-launch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['22.12.0', true],
  [NODE_VERSION, true],
  ['24.0.0', true],
  ['22.11.0', false],
  ['18.20.8', false],
  ['20.20.2', false],
  ['23.5.0', false],
  ['25.0.0', false],
  ['26.1.0', false],
])('Node %s is supported: %s', (version, supported) => {
  expect(isSupportedNode(version)).toBe(supported);
});

test('the engines field says the same', () => {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(engines.node).toBe('>=22.12');
});

function results(project, testResults) {
  const path = join(folder, project);
  mkdirSync(join(path, 'test-results'), { recursive: true });
  if (testResults) writeFileSync(join(path, 'test-results', 'vitest.json'), JSON.stringify({ testResults }));
  return path;
}
const one = (status, fullName) => ({ status, fullName });

test('counts tests over projects; a project or file without results is one failure', () => {
  const count = countTests([
    results('a', [
      { name: '/x/a.test.ts', status: 'passed', assertionResults: [one('passed', 'p'), one('skipped', 's')] },
    ]),
    results('b', [
      { name: '/x/b.test.ts', status: 'failed', assertionResults: [one('passed', 'p'), one('failed', 'f')] },
    ]),
    results('c', [
      { name: '/x/c.test.ts', status: 'failed', message: 'no such module\nat', assertionResults: [] },
    ]),
    results('d'),
    results('e', []),
  ]);
  expect(count).toEqual({
    passed: 2,
    failed: 4,
    skipped: 1,
    failures: [
      'b b.test.ts: f',
      'c c.test.ts: no such module',
      'd: its tests left no result',
      'e: it has no tests',
    ],
  });
});

test('the lock lets one in at a time and takes over what a dead process left', async () => {
  const path = join(folder, 'checkout');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, JSON.stringify({ host: hostname(), pid, started: '1' }));
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise((done) => setTimeout(done, 20));
    inside -= 1;
  };
  await Promise.all([withLock(path, work), withLock(path, work)]);
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test('SIGTERM to the launcher ends the program that it runs, and its status comes back', async () => {
  const module = pathToFileURL(join(ROOT, 'tools/launch/run-child.mjs')).href;
  const program = `process.on('SIGTERM', () => process.exit(7)); require('fs').writeFileSync('up', ''); setInterval(() => {}, 1000);`;
  const script = `import { runChild } from ${JSON.stringify(module)};
    process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(program)}]);`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  while (!existsSync(join(folder, 'up'))) await new Promise((done) => setTimeout(done, 10));
  launcher.kill('SIGTERM');
  expect(await new Promise((done) => launcher.once('exit', done))).toBe(7);
});

test('the version of the native library is told without anything installed', () => {
  const script = join(ROOT, 'tools/launch/native-version.mjs');
  const { stdout } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env: { BOREALIS_CACHE: folder },
  });
  expect(stdout).toMatch(/^tensorflow-2\.21\.0-\w+-\w+-(cpu|cuda)-none-[0-9a-f]{16}\n$/);
});

test('an unknown command is refused', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'tools/launch/launch.mjs'), 'dance'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'usage: launch.mjs start | test | borealis ARGS\n',
  });
});
