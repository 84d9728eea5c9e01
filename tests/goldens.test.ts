import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@borealis/safetensors';
import { verifyGoldens } from '@borealis/cli';
import type { Verification } from '@borealis/cli';
import { startBackend } from '@borealis/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBorealis } from './run-borealis.ts';
import { ROOT } from './workspace.ts';

const GOLDENS = join(ROOT, 'tests', 'goldens');
const BUILT = [
  ...[
    'cosmos_dv',
    'cosmos_dv_trace',
    'frechet',
    'fsq',
    'lora_dit',
    'lora_dit_adapter_diffusers',
    'lora_dit_adapter_peft',
  ],
  ...[
    'lora_linear',
    'lpips',
    'lpips_pairs',
    'metrics',
    'ops',
    'optim',
    'schedulers',
    'st_maskgit',
    'st_transformer',
  ],
  ...['wan22_dit', 'wan22_vae', 'wan22_vae_trace'],
];

let verification: Verification;
let altered: string;
beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
  verification = await verifyGoldens(GOLDENS);
  altered = await mkdtemp(join(tmpdir(), 'borealis-goldens-'));
  await copyFile(join(GOLDENS, 'tolerances.json'), join(altered, 'tolerances.json'));
}, 120_000);
afterAll(() => rm(altered, { recursive: true }));

describe('the reference vectors', () => {
  test.each(BUILT)('%s: every output and gradient is within tolerance', (stem) => {
    const found = verification.files.find(({ file }) => file === `${stem}.safetensors`);
    const off = found?.outputs.filter(({ verdict }) => verdict !== 'within');
    expect({ status: found?.status, error: found?.error, off }).toEqual({
      status: 'passed',
      error: undefined,
      off: [],
    });
    expect(found?.outputs.length).toBeGreaterThan(0);
  });

  test('all of them are held against something', () => {
    expect(verification.files.map(({ file }) => file.replace('.safetensors', ''))).toEqual(BUILT.toSorted());
  });
});

/** A golden file in the folder of altered ones, with one element of one tensor moved, or the tensor renamed. */
async function alter(
  stem: string,
  name: string,
  change: { readonly add: number } | { readonly rename: string },
): Promise<void> {
  const { tensors, metadata } = await readSafetensors(join(GOLDENS, `${stem}.safetensors`));
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`${stem} has no ${name}`);
  if ('rename' in change) tensors.set(change.rename, found);
  else {
    const data = found.data.slice();
    const view = new DataView(data.buffer);
    if (found.dtype === 'F32') view.setFloat32(0, view.getFloat32(0, true) + change.add, true);
    else if (found.dtype === 'F64') view.setFloat64(0, view.getFloat64(0, true) + change.add, true);
    else view.setBigInt64(0, view.getBigInt64(0, true) + BigInt(change.add), true);
    tensors.set(name, { ...found, data });
  }
  await writeSafetensors(join(altered, `${stem}.safetensors`), tensors, { metadata });
}

describe('a folder with one value changed', () => {
  test.each([
    ['ops', 'outputs.attention', 1e-4],
    ['ops', 'grads.causal_conv3d.kernel', 1e-3],
    ['metrics', 'outputs.large.psnr', 1e-4],
    ['optim', 'outputs.combined.params.matrix', 1e-5],
    ['fsq', 'outputs.indices', 1],
    ['st_transformer', 'grads.prenorm.layers.1.mlp.fc1.weight', 1e-3],
    ['st_transformer', 'outputs.mup.layers.0.temporal_attn', NaN],
  ])('%s: %s is found, and nothing else', async (stem, name, add) => {
    await alter(stem, name, { add });
    const { passed, files } = await verifyGoldens(altered, { only: stem });
    expect(passed).toBe(false);
    const off = files.flatMap(({ outputs }) => outputs.filter(({ verdict }) => verdict !== 'within'));
    expect(off.map((output) => output.name)).toEqual([name]);
    expect(off[0]?.verdict).toBe('outside');
  });

  test('an input changed moves what is computed from it', async () => {
    await alter('st_transformer', 'inputs.x', { add: 0.1 });
    const { passed, files } = await verifyGoldens(altered, { only: 'st_transformer' });
    expect(passed).toBe(false);
    const off = files.flatMap(({ outputs }) => outputs.filter(({ verdict }) => verdict === 'outside'));
    expect(off.length).toBeGreaterThan(40);
  });

  test('an output that nothing computes is a failure', async () => {
    await alter('ops', 'outputs.silu', { rename: 'outputs.swish_of_another_kind' });
    const { passed, files } = await verifyGoldens(altered, { only: 'ops' });
    expect(passed).toBe(false);
    const off = files.flatMap(({ outputs }) => outputs.filter(({ verdict }) => verdict !== 'within'));
    expect(off.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['outputs.swish_of_another_kind', 'not-produced'],
    ]);
  });
});

describe('the command', () => {
  test('exits 0, with nothing that is not built, and prints a line for each output', () => {
    const { status, stdout } = runBorealis(['verify', 'goldens', GOLDENS]);
    expect(status).toBe(0);
    expect(stdout).not.toContain('not built');
    for (const { name } of verification.files.flatMap(({ outputs }) => outputs))
      expect(stdout).toContain(` ${name} `);
  });

  test('exits 1 where a value is off, and says by how much', async () => {
    await alter('fsq', 'outputs.bounded', { add: 0.5 });
    const { status, stdout } = runBorealis(['verify', 'goldens', altered, '--only', 'fsq']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/FAILED +outputs\.bounded +5\.0e-1 of 1\.0e-5/);
  });

  test('tells the same to programs', () => {
    const { stdout } = runBorealis(['verify', 'goldens', GOLDENS, '--only', 'ops.safetensors', '--json']);
    const { files, passed } = JSON.parse(stdout) as Verification;
    expect(passed).toBe(true);
    expect(files.map(({ file }) => file)).toEqual(['ops.safetensors']);
  });

  test('prints, but does not judge, the differences of bfloat16', () => {
    const args = ['verify', 'goldens', GOLDENS, '--precision', 'bf16', '--only', 'st_transformer', '--json'];
    const { status, stdout } = runBorealis(args);
    const { files } = JSON.parse(stdout) as Verification;
    expect(status).toBe(0);
    expect(files[0]?.status).toBe('differences-only');
    const worst = Math.max(...(files[0]?.outputs ?? []).map(({ largestDifference }) => largestDifference));
    expect(worst).toBeGreaterThan(1e-3);
    expect(worst).toBeLessThan(1);
  });
});
