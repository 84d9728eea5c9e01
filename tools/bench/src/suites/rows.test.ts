import { asFloat32 } from '@borealis/safetensors';
import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { suiteNamed } from './suites.ts';
import { attentionRows } from './tensor/attention.ts';
import { geluRows } from './tensor/gelu.ts';
import { layerNormRows } from './tensor/layer-norm.ts';
import { matmulRow } from './tensor/matmul.ts';
import { stBlockRows } from './tensor/st-block.ts';

const small = [
  matmulRow(8),
  ...attentionRows([1, 2, 6, 4]),
  ...layerNormRows(4, 8),
  ...geluRows(4),
  ...stBlockRows({ times: 2, places: 4, channels: 8, heads: 2, mlpRatio: 2 }),
];
const cases = small.flatMap((row) => row.precisions.map((precision) => ({ name: row.name, row, precision })));

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

test('the small rows are the suite’s', () => {
  expect(small.map(({ name }) => name)).toEqual(suiteNamed('tensor').rows.map(({ name }) => name));
});

test.each(cases)('$name $precision: every run has results, and none piles up', ({ row, precision }) => {
  const random = createRandom(1);
  const data = row.inputs(() => random.normal());
  const inputs = new Map([...data].map(([name, t]) => [name, tf.tensor(asFloat32(t), [...t.shape])]));
  const program = row.build(inputs, { precision });
  for (let i = 0; i < row.comparedRuns; i++) program.run();
  const outputs = Object.entries(program.outputs());
  expect(outputs.length).toBeGreaterThan(0);
  for (const [name, tensor] of outputs) {
    expect([...tensor.dataSync()].every(Number.isFinite), name).toBe(true);
  }
  const before = tf.memory().numTensors;
  program.run();
  program.run();
  expect(tf.memory().numTensors).toBe(before);
});

test('training lowers the loss', () => {
  const row = small.find(({ name }) => name === 'st-block-training');
  const random = createRandom(1);
  const data = row?.inputs(() => random.normal()) ?? new Map<string, never>();
  const inputs = new Map([...data].map(([name, t]) => [name, tf.tensor(asFloat32(t), [...t.shape])]));
  const program = row?.build(inputs, { precision: 'f32' });
  for (let i = 0; i < 30; i++) program?.run();
  const losses = [...(program?.outputs()['losses']?.dataSync() ?? [])];
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.9);
});
