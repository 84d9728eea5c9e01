import type { TensorData } from '@borealis/safetensors';
import { asFloat32, asInt32 } from '@borealis/safetensors';
import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import type { BenchRow } from './suite.ts';
import { loraTrainingRow } from './dit-sampler/lora-training.ts';
import { samplerStepRow } from './dit-sampler/sampler-step.ts';
import { suiteNamed } from './suites.ts';
import { attentionRows } from './tensor/attention.ts';
import { causalConvRows } from './tensor/causal-conv.ts';
import { ditBlockRows } from './tensor/dit-block.ts';
import { geluRows } from './tensor/gelu.ts';
import { layerNormRows } from './tensor/layer-norm.ts';
import { matmulRow } from './tensor/matmul.ts';
import { stBlockRows } from './tensor/st-block.ts';
import { stTrainingRow } from './tensor/st-training.ts';
import { lastFrameRows, wholeVideoRows } from './video-vae/coding-rows.ts';
import { memoryRows } from './video-vae/memory-rows.ts';

const stSizes = { times: 2, places: 4, channels: 8, heads: 2, mlpRatio: 2 };
const vaeSizes = { divisor: 32, side: 16 };
const ditSizes = {
  ...{ layers: 1, heads: 2, headDim: 6, ffnDim: 8, latentFrames: 2, latentSide: 2 },
  ...{ textLength: 3, textDim: 4, rank: 2 },
};
const ofTensor = [
  matmulRow(8),
  ...attentionRows([1, 2, 6, 4]),
  ...layerNormRows(4, 8),
  ...geluRows(4),
  ...stBlockRows(stSizes),
  stTrainingRow({ ...stSizes, layers: 2, classes: 11 }),
  ...ditBlockRows({ tokens: 6, channels: 8, heads: 2, mlpRatio: 2 }),
  ...causalConvRows({ frames: 3, height: 4, width: 4, channels: 8 }),
];
const ofModels = [
  ...wholeVideoRows({ ...vaeSizes, frames: 5 }),
  ...lastFrameRows({ ...vaeSizes, frames: 9 }).slice(1),
  ...memoryRows({ ...vaeSizes, frames: [5] }),
  samplerStepRow(ditSizes),
  loraTrainingRow(ditSizes),
];
const small = [...ofTensor, ...ofModels];
const cases = [
  ...ofTensor.flatMap((row) => row.precisions.map((precision) => ({ name: row.name, row, precision }))),
  ...ofModels.map((row) => ({ name: row.name, row, precision: 'f32' as const })),
];

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

test('the small rows are the suite’s', () => {
  expect(ofTensor.map(({ name }) => name)).toEqual(suiteNamed('tensor').rows.map(({ name }) => name));
});

test.each(cases)('$name $precision: every run has results, and none piles up', async ({ row, precision }) => {
  const program = row.build(inputsOf(row), { precision });
  for (let i = 0; i < row.comparedRuns; i++) await program.run();
  const outputs = Object.entries(await program.outputs());
  expect(outputs.length).toBeGreaterThan(0);
  for (const [name, tensor] of outputs) {
    expect([...tensor.dataSync()].every(Number.isFinite), name).toBe(true);
  }
  const before = tf.memory().numTensors;
  await program.run();
  await program.run();
  expect(tf.memory().numTensors).toBe(before);
});

test.each(small.filter(({ name }) => name.endsWith('training')))('$name lowers the loss', async (row) => {
  const program = row.build(inputsOf(row), { precision: 'f32' });
  for (let i = 0; i < 30; i++) await program.run();
  const losses = [...((await program.outputs())['losses']?.dataSync() ?? [])];
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.97);
});

function inputsOf(row: BenchRow): ReadonlyMap<string, tf.Tensor> {
  return new Map([...row.inputs(createRandom(1))].map(([name, data]) => [name, inputTensor(data)]));
}

function inputTensor(data: TensorData): tf.Tensor {
  const shape = [...data.shape];
  if (data.dtype === 'I32') return tf.tensor(asInt32(data), shape, 'int32');
  return tf.tensor(asFloat32(data), shape, 'float32');
}
