import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from './workspace.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'borealis-tarball-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = (program: string, args: string[], cwd: string): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const USE = `
import { provisionEngine, startBackend, tf } from '@borealis/tensor';
await provisionEngine();
const { backend, compiles } = await startBackend();
console.log(JSON.stringify([backend, compiles, ...tf.matMul(tf.ones([1, 3]), tf.ones([3, 1])).dataSync()]));
`;

test('the published tensor package finds, builds and runs its engine outside the workspace', () => {
  // With the one package of ours that it depends on, as the registry would give it.
  for (const name of ['safetensors', 'tensor']) {
    run('pnpm', ['pack', '--pack-destination', folder], join(ROOT, 'packages', name));
  }
  const tarballs = readdirSync(folder).map((name) => `./${name}`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  // Without its scripts: that of tfjs-node-gpu would fetch a TensorFlow of 2022.
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  run('npm', ['install', ...options, ...tarballs], folder);
  writeFileSync(join(folder, 'use.js'), USE);
  const lines = run(process.execPath, ['use.js'], folder).trim().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual(['tensorflow', true, 3]);
});
