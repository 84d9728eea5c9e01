import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensorOf, writeSafetensors } from '@borealis/safetensors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyGoldens } from './verify-goldens.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-verify-'));
});
afterEach(() => rm(folder, { recursive: true }));

const tolerances = (rules: unknown) =>
  writeFile(join(folder, 'tolerances.json'), JSON.stringify({ files: rules }));
const LEVELS = [8, 5]; // others than the project's own: sizes come from the file

async function writeFsq(config: unknown = { levels: LEVELS }): Promise<void> {
  const tensors = new Map([
    ['inputs.z', tensorOf(new Float32Array(4), [2, 2])],
    ['inputs.probe_indices', tensorOf(BigInt64Array.from([39n]), [1])],
    ['outputs.indices', tensorOf(BigInt64Array.from([20n, 20n]), [2])],
    ['outputs.probe_codes', tensorOf(Float32Array.from([0.75, 1]), [1, 2])],
  ]);
  const metadata = { config: JSON.stringify(config) };
  await writeSafetensors(join(folder, 'fsq.safetensors'), tensors, { metadata });
}

test('sizes are those of the file', async () => {
  await writeFsq();
  await tolerances({ fsq: [['', 1e-6, 0]] });
  const { passed, files } = await verifyGoldens(folder);
  expect(files).toMatchObject([
    { status: 'passed', outputs: [{ verdict: 'within' }, { verdict: 'within' }] },
  ]);
  expect(passed).toBe(true);
});

test('the first rule whose pattern is found counts; integers need none', async () => {
  await writeFsq();
  await tolerances({
    fsq: [
      ['^outputs.probe', 0.125, 0],
      ['', 0, 0],
    ],
  });
  const { files } = await verifyGoldens(folder);
  expect(files[0]?.outputs.map(({ allowance }) => allowance)).toEqual([0, 0.125]);
});

test.each([
  ['a config that lacks what the verifier needs', { sizes: [8] }, /levels/],
  ['a config that is no object', [1], /expected form/],
])('%s fails that file', async (_, config, message) => {
  await writeFsq(config);
  await tolerances({ fsq: [['', 1e-6, 0]] });
  const { passed, files } = await verifyGoldens(folder);
  expect(passed).toBe(false);
  expect(files[0]?.error?.message).toMatch(message);
});

test('a tensor that no rule covers fails its file', async () => {
  await writeFsq();
  await tolerances({ fsq: [['^grads', 0, 0]] });
  const { files } = await verifyGoldens(folder);
  expect(files[0]?.error?.message).toContain('no tolerance for outputs.probe_codes');
});

test('a damaged file fails, and those after it are still verified', async () => {
  await writeFsq();
  await writeFile(join(folder, 'a_later_model.safetensors'), 'x');
  await writeFile(join(folder, 'metrics.safetensors'), 'not a header');
  await tolerances({ fsq: [['', 1e-6, 0]] });
  const { passed, files } = await verifyGoldens(folder);
  expect(files.map(({ file, status }) => [file, status])).toEqual([
    ['a_later_model.safetensors', 'not-built'],
    ['fsq.safetensors', 'passed'],
    ['metrics.safetensors', 'failed'],
  ]);
  expect(passed).toBe(false);
});

test('a folder of which nothing is built does not pass', async () => {
  await writeFile(join(folder, 'a_later_model.safetensors'), 'x');
  await tolerances({});
  expect((await verifyGoldens(folder)).passed).toBe(false);
});

test.each([
  ['no tolerances', undefined, 'fsq', 'ENOENT'],
  ['tolerances of another form', { fsq: [['(', 0, 0]] }, 'fsq', 'golden-form'],
  ['a file that is not there', {}, 'ops', 'unknown-file'],
])('%s is an error', async (_, rules, only, code) => {
  await writeFsq();
  if (rules !== undefined) await tolerances(rules);
  await expect(verifyGoldens(folder, { only })).rejects.toMatchObject({ code });
});

test('a folder without golden files is an error', async () => {
  await expect(verifyGoldens(folder)).rejects.toMatchObject({ code: 'nothing-to-verify' });
});
