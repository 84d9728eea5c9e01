import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { borealisCommand, fromSource } from './borealis-command.mjs';
import { countTests } from './count-tests.mjs';
import { ROOT } from './places.mjs';
import { runChild } from './run-child.mjs';

const bin = (name, ...args) => [join(ROOT, 'node_modules', '.bin', name), args];
const nx = (target, parallel) =>
  bin('nx', 'run-many', '-t', target, `--parallel=${parallel}`, '--output-style=stream', '--nxBail=false');

/** Each counts as one test; the command is made when its turn comes, for it may name what was installed before. */
const GATES = [
  ['set-up', () => borealisCommand(['setup'])],
  ['native engine and extension in use', () => fromSource('tests/engine-in-use.ts', [])],
  ['prettier', () => bin('prettier', '--check', '--log-level=warn', '.')],
  ['eslint', () => bin('eslint', '.')],
  ['knip', () => bin('knip')],
  ['build', () => nx('build', 1)],
  ['tests', () => nx('test', 1)],
];

/** Runs every gate and every test and says at the end how many passed. Goes on after a failure. */
export async function runTests() {
  for (const folder of projectFolders())
    rmSync(join(folder, 'test-results'), { recursive: true, force: true });
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => (interrupted = true));
  const outcomes = [];
  for (const [name, command] of GATES) {
    console.log(`\n── ${name}`);
    const begin = Date.now();
    const [program, args] = command();
    const status = await runChild(program, args, { cwd: ROOT });
    if (interrupted) return 130;
    outcomes.push({ name, failed: status !== 0, seconds: (Date.now() - begin) / 1000 });
  }
  const tests = countTests(projectFolders());

  console.log('\n── result');
  for (const { name, failed, seconds } of outcomes) {
    console.log(`${failed ? 'FAILED' : 'passed'}  ${name} (${seconds.toFixed(0)} s)`);
  }
  for (const line of tests.failures) console.log(`FAILED  ${line}`);
  if (tests.skipped > 0) console.log(`${tests.skipped} skipped`);
  const failedGates = outcomes.filter(({ failed }) => failed).length;
  const failed = failedGates + tests.failed;
  console.log(`${outcomes.length - failedGates + tests.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Every folder of the workspace that has tests. */
function projectFolders() {
  const folders = [join(ROOT, 'tests')];
  for (const group of ['packages', 'apps', 'tools']) {
    for (const name of readdirSync(join(ROOT, group))) folders.push(join(ROOT, group, name));
  }
  return folders.filter((folder) => existsSync(join(folder, 'vitest.config.ts')));
}
