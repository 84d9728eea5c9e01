import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBorealis } from './run-borealis.ts';

const VAL = 'tests/sample-data/eve-sim/val';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('what needs no TensorFlow loads none', () => {
  const COUNT = `import { createRequire } from 'node:module';
    process.on('exit', () => {
      const loaded = Object.keys(createRequire('/x').cache).filter((path) => path.includes('@tensorflow'));
      console.error('TensorFlow modules: ' + loaded.length);
    });`;
  const nodeOptions = ['--import', `data:text/javascript,${encodeURIComponent(COUNT)}`];
  const modules = (...args: string[]) =>
    Number(/TensorFlow modules: (\d+)/.exec(runBorealis(args, { nodeOptions }).stderr)?.[1]);

  test.each([[['--help']], [['data', 'validate', VAL]], [['data', 'inspect', VAL, '--json']]])(
    '%j',
    (args) => {
      expect(modules(...args)).toBe(0);
    },
  );

  test('and the count does count', () => {
    expect(modules('setup')).toBeGreaterThan(0);
  });
});

describe('exit status and errors', () => {
  test.each([
    ['nothing', []],
    ['an unknown command', ['bogus']],
    ['an unknown option', ['doctor', '--bogus']],
    ['a missing argument', ['data', 'inspect']],
    ['a choice that is none', ['setup', '--flavour', 'rocm']],
    ['a number out of range', ['train', 'st-transformer', '--data', 'x', '--run', 'y', '--steps', '0']],
    ['an offset out of range', ['data', 'tokenize', VAL, '--out', 'x', '--offsets', '18']],
  ])('%s: 2, with what is wrong on standard error', (_, args) => {
    const { status, stdout, stderr } = runBorealis(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error: |Usage: /);
    expect(stderr).not.toContain('    at ');
  });

  test('help and version: 0', () => {
    expect(runBorealis(['--help']).status).toBe(0);
    expect(runBorealis(['--version'])).toMatchObject({ status: 0, stdout: '0.1.0\n' });
  });

  test('what fails: 1, one line, no stack unless asked for', () => {
    const args = ['data', 'inspect', join(folder, 'nothing')];
    const { status, stderr } = runBorealis(args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^borealis: .*nothing is not there.* \[missing-file\]\n$/);
    expect(runBorealis(args, { env: { BOREALIS_DEBUG: '1' } }).stderr).toMatch(/DatasetError: .*\n +at /);
  });

  test('the same for programs', () => {
    const { status, stdout, stderr } = runBorealis(['--json', 'data', 'inspect', join(folder, 'nothing')]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { name: 'DatasetError', code: 'missing-file' } });
  });
});

describe('data', () => {
  test('inspect tells contents and ranges, and draws a sheet', async () => {
    const sheet = join(folder, 'sheet.png');
    const { status, stdout } = runBorealis(['data', 'inspect', VAL, '--out', sheet]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/raw data/);
    expect(stdout).toMatch(/^HIP_YAW +rad +−?\d/m);
    expect([...(await readFile(sheet)).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  test('tokenize writes a dataset that validates, and its tokenizer can be used again', async () => {
    const first = join(folder, 'tokens');
    const again = join(folder, 'again');
    expect(runBorealis(['data', 'tokenize', VAL, '--out', first, '--offsets', '2']).status).toBe(0);
    expect(runBorealis(['data', 'validate', first]).status).toBe(0);
    const weights = join(first, 'tokenizer.safetensors');
    const run = runBorealis(['data', 'tokenize', VAL, '--out', again, '--weights', weights, '--json']);
    const summary = JSON.parse(run.stdout) as { segments: number; frames: number; offsets: number[] };
    expect(summary).toMatchObject({ offsets: [0], segments: 10 });
    expect(summary.frames % 17).toBe(0);
    const refused = runBorealis(['data', 'tokenize', VAL, '--out', again]);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toContain('[exists]');
    const bytes = async (dir: string) => (await readFile(join(dir, 'tokenizer.safetensors'))).toString('hex');
    expect(await bytes(again)).toBe(await bytes(first)); // and was not fitted anew
  });

  test('train takes them, and goes on with a run only when told to', () => {
    const run = join(folder, 'run');
    const args = ['train', 'st-transformer', '--data', join(folder, 'tokens'), '--run', run, '--steps', '2'];
    const { status, stdout } = runBorealis([...args, '--json']);
    expect({ status, result: JSON.parse(stdout) as unknown }).toMatchObject({
      status: 0,
      result: { finished: true, step: 2, resumedFrom: 0 },
    });
    expect(runBorealis(args)).toMatchObject({ status: 1, stderr: expect.stringMatching(/RUN_EXISTS/) });
  });
});

test('setup says nothing where there is nothing to do', () => {
  expect(runBorealis(['setup'])).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('doctor names the backend, TensorFlow, the CPU’s flags and the cache', () => {
  const { status, stdout } = runBorealis(['doctor', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    node: process.versions.node,
    engine: { intact: true, backend: { backend: 'tensorflow', compiles: true } },
    cache: { bytes: expect.any(Number) },
  });
});
