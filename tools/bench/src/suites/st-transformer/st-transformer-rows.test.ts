import type { TensorData } from '@borealis/safetensors';
import { asFloat32, asInt32 } from '@borealis/safetensors';
import type { StTransformerConfig } from '@borealis/st-transformer';
import { presets } from '@borealis/st-transformer';
import { createRandom, memoryUse, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import type { BenchRow } from '../suite.ts';
import { suiteNamed } from '../suites.ts';
import { attentionFormRows } from './attention-forms.ts';
import { generationRow } from './generation.ts';
import { recomputedTrainingRow, trainingRow } from './training.ts';

const config: StTransformerConfig = {
  ...presets['revontuli-136m'],
  dim: 16,
  layers: 2,
  heads: 2,
  gridHeight: 2,
  gridWidth: 2,
  vocabulary: { kind: 'codes', size: 11 },
};
const small = [
  trainingRow(config),
  recomputedTrainingRow(config),
  generationRow(config),
  ...attentionFormRows({ times: 3, places: 4, heads: 2, depth: 4 }),
];
const cases = small.flatMap((row) => row.precisions.map((precision) => ({ name: row.name, row, precision })));

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

test('the small rows are the suite’s', () => {
  expect(small.map(({ name }) => name)).toEqual(suiteNamed('st-transformer').rows.map(({ name }) => name));
});

test.each(cases)('$name $precision: every run has results, and none piles up', async ({ row, precision }) => {
  const program = row.build(inputsOf(row), { precision });
  for (let i = 0; i < 2; i++) await program.run();
  for (const [name, tensor] of Object.entries(await program.outputs())) {
    expect([...tensor.dataSync()].every(Number.isFinite), name).toBe(true);
    if (name === 'chosen') tensor.dispose();
  }
  const before = memoryUse().tensors;
  await program.run();
  await program.run();
  expect(memoryUse().tensors).toBe(before);
});

test('what scores would take is told, of the sizes that count', () => {
  const [split, full] = attentionFormRows();
  expect(split?.what).toContain(
    '5,268,480 scores a head, 169 MB in float32 if made whole (20.1 % of full attention’s)',
  );
  expect(full?.what).toContain('26,214,400 scores a head, 839 MB');
});

test('the exact number of parameters is told', () => {
  expect(trainingRow().what).toContain('136,755,600 parameters');
});

function inputsOf(row: BenchRow): ReadonlyMap<string, tf.Tensor> {
  return new Map([...row.inputs(createRandom(1))].map(([name, data]) => [name, inputTensor(data)]));
}

function inputTensor(data: TensorData): tf.Tensor {
  const shape = [...data.shape];
  if (data.dtype === 'I32') return tf.tensor(asInt32(data), shape, 'int32');
  return tf.tensor(asFloat32(data), shape, 'float32');
}
