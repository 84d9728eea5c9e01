import { join } from 'node:path';
import { ESLint } from 'eslint';
import { beforeAll, expect, test } from 'vitest';
import { ROOT } from './workspace.ts';

let eslint: ESLint;
beforeAll(() => {
  eslint = new ESLint({ cwd: ROOT });
});

/** The rules that a snippet breaks, as if it stood in that file (which must exist: types come from its project). */
async function broken(file: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, file) });
  return [...new Set(result?.messages.map(({ ruleId, message }) => ruleId ?? message))].sort();
}

const BOUNDARY = '@nx/enforce-module-boundaries';
const RESTRICTED = '@typescript-eslint/no-restricted-imports';
const index = (name: string): string => `packages/${name}/src/index.ts`;
const value = (name: string): string => `export * as other from '${name}';\n`;
const type = (name: string): string => `import type * as Other from '${name}';\nexport type { Other };\n`;

test.each(['safetensors', 'checkpoints', 'dataset', 'metrics', 'ensemble', 'report'])(
  '%s is free of TensorFlow, of types and dynamic imports of it, too',
  async (name) => {
    for (const engine of [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-node-gpu',
      '@tensorflow/tfjs-backend-wasm',
    ]) {
      expect(await broken(index(name), value(engine))).toContain(BOUNDARY);
    }
    expect(await broken(index(name), type('@tensorflow/tfjs-core'))).toContain(BOUNDARY);
    expect(await broken(index(name), `export const engine = import('@tensorflow/tfjs-core');\n`)).toContain(
      BOUNDARY,
    );
    expect(await broken(index(name), value('@borealis/tensor'))).toContain(BOUNDARY);
    expect(await broken(index(name), type('@borealis/training'))).toContain(BOUNDARY);
  },
);

test.each([
  ['video-tokenizer', 'st-transformer'], // model packages don't know each other
  ['st-transformer', 'video-tokenizer'],
  ['dit-sampler', 'st-transformer'],
  ['st-transformer', 'metrics'],
  ['st-transformer', 'report'],
  ['training', 'st-transformer'], // nor does what lies below know what lies above
  ['tensor', 'training'],
  ['tensor', 'dataset'],
  ['checkpoints', 'dataset'],
  ['dataset', 'safetensors'],
  ['dataset', 'metrics'],
  ['metrics', 'ensemble'],
  ['perceptual', 'training'],
  ['dit-sampler', 'perceptual'],
  ['safetensors', 'checkpoints'],
  ['metrics', 'cli'],
  ['st-transformer', 'trainer'],
])('%s may not import %s', async (from, to) => {
  expect(await broken(index(from), value(`@borealis/${to}`))).toContain(BOUNDARY);
});

test.each([
  ['packages/training', 'tensor'],
  ['packages/training', 'checkpoints'],
  ['packages/st-transformer', 'training'],
  ['packages/st-transformer', 'tensor'],
  ['packages/video-vae', 'perceptual'],
  ['packages/checkpoints', 'safetensors'],
  ['apps/trainer', 'st-transformer'],
  ['apps/evaluator', 'metrics'],
])('%s may import %s', async (from, to) => {
  expect(await broken(`${from}/src/index.ts`, value(`@borealis/${to}`))).toEqual([]);
});

test.each(['training', 'video-tokenizer', 'video-vae', 'dit-sampler', 'st-transformer'])(
  '%s knows only types of the dataset',
  async (name) => {
    expect(await broken(index(name), type('@borealis/dataset'))).toEqual([]);
    expect(await broken(index(name), value('@borealis/dataset'))).toContain(RESTRICTED);
  },
);

test.each(['video-tokenizer', 'video-vae', 'dit-sampler', 'st-transformer'])(
  '%s knows no files',
  async (name) => {
    expect(await broken(index(name), value('node:fs/promises'))).toContain(RESTRICTED);
  },
);

test.each([
  ['no-floating-promises', `export function f(): void {\n  Promise.resolve(1);\n}\n`],
  ['no-explicit-any', `export const f = (x: any): void => void x;\n`],
  ['no-non-null-assertion', `export const f = (x: number[]): number => x[0]!;\n`],
  [
    'consistent-type-imports',
    `import { TensorData } from './tensor-data.ts';\nexport type A = TensorData;\n`,
  ],
  ['no-unused-vars', `const x = 1;\nexport {};\n`],
  ['ban-ts-comment', `// @ts-ignore\nexport const x = 1;\n`],
  ['no-misused-promises', `[1].forEach(async () => {\n  await Promise.resolve();\n});\nexport {};\n`],
  [
    'switch-exhaustiveness-check',
    `export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n  }\n}\n`,
  ],
])('code rule %s', async (rule, code) => {
  expect(await broken(index('safetensors'), code)).toContain(`@typescript-eslint/${rule}`);
});

test('comments do not switch rules off', async () => {
  const code = `/* eslint-disable */\nexport const f = (x: any): void => void x;\n`;
  expect(await broken(index('safetensors'), code)).toContain('@typescript-eslint/no-explicit-any');
});
