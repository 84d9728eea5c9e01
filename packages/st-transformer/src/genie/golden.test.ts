import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TensorData } from '@borealis/safetensors';
import { asBigInt64, asFloat32, readSafetensors } from '@borealis/safetensors';
import { compile, memoryUse, startTrainingBackend, tf } from '@borealis/tensor';
import type { NamedTensors } from '@borealis/training';
import { fromStored, nestParameters, valueAndGradients } from '@borealis/training';
import { beforeAll, expect, test } from 'vitest';
import { genieLogits } from './genie-forward.ts';
import { createGenieGenerator } from './genie-generator.ts';
import { genieLoss } from './genie-loss.ts';
import { asGenieParameters, genieParameterSpecs } from './genie-parameters.ts';
import { genieConfigOf } from './published-config.ts';

/** Every tensor of tests/goldens/st_maskgit.safetensors, held to tolerances.json. */
const folder = new URL('../../../../tests/goldens/', import.meta.url);
const rules: { files: { st_maskgit: [string, number, number][] } } = JSON.parse(
  readFileSync(new URL('tolerances.json', folder), 'utf8'),
);
const file = await readSafetensors(fileURLToPath(new URL('st_maskgit.safetensors', folder)));
const {
  model,
  maskgit_steps: steps,
  prompt_frames: promptGrids,
} = JSON.parse(file.metadata['config'] ?? '{}') as {
  model: { T: number; S: number };
  maskgit_steps: number;
  prompt_frames: number;
};
const config = genieConfigOf(model);
const side = Math.sqrt(config.places);

let trainable: NamedTensors;
beforeAll(async () => {
  await startTrainingBackend();
  const weights = [...file.tensors].filter(([name]) => name.startsWith('weights.'));
  const stored = new Map(weights.map(([name, data]) => [name.slice('weights.'.length), data]));
  const template = Object.entries(genieParameterSpecs(config)).map(
    ([name, { shape }]) => [name, { shape, dtype: 'float32' }] as const,
  );
  trainable = fromStored(stored, Object.fromEntries(template));
});

test('logits, masked loss, accuracy and gradients', () => {
  const [b, t, s] = [integers('inputs.input_ids').shape[0] ?? 0, config.timeSteps, config.places];
  const batch = {
    inputs: tf.tensor(integers('inputs.input_ids').values, [b, t, s], 'int32'),
    labels: tf.tensor(integers('inputs.labels').values, [b, t, s], 'int32'),
  };
  const run = compile((trainable: NamedTensors, given: typeof batch) => {
    const p = asGenieParameters(config, nestParameters(trainable));
    const logits = genieLogits(config, p, given.inputs);
    const lossOf = (parameters: ReturnType<typeof nestParameters>) => genieLoss(config, parameters, given);
    const { loss, logs, gradients } = valueAndGradients(lossOf, { trainable, frozen: {}, batch: [] });
    return { logits, loss, logs: { ...logs }, gradients };
  });
  const { logits, loss, logs, gradients } = run(trainable, batch);
  run.dispose();
  const classes = logits.size / (b * t * s);
  const channelsFirst = tf.transpose(tf.reshape(logits, [b, t, side, side, classes]), [0, 4, 1, 2, 3]);
  expectClose('outputs.logits', channelsFirst.shape, channelsFirst.dataSync());
  expectClose('outputs.loss', [], loss.dataSync());
  expectClose('outputs.accuracy', [], logs['accuracy']?.dataSync());
  const wanted = [...file.tensors.keys()].filter((name) => name.startsWith('grads.'));
  expect(wanted.length).toBeGreaterThan(0);
  for (const name of wanted) {
    const gradient = gradients[name.slice('grads.'.length)];
    expectClose(name, gradient?.shape ?? [], gradient?.dataSync());
  }
});

test('one grid, filled in by confidence', async () => {
  const generator = createGenieGenerator(config, nestParameters(trainable));
  const { shape, values } = integers('inputs.generate.prompt');
  const [b = 0, t = 0] = shape;
  const prompts = Array.from({ length: b }, (_, i) => {
    const from = i * t * config.places;
    const data = values.slice(from, from + promptGrids * config.places);
    return { data, count: promptGrids, height: side, width: side };
  });
  const filled = generator.nextGrid(prompts, { steps, keep: 'confident' });
  const frame = integers('outputs.generate.frame');
  expect(filled.flatMap(({ codes }) => [...codes])).toEqual([...frame.values]);
  const logits = tf.tidy(() => {
    const each = filled.map((grid) => tf.tensor(grid.logits, [side, side, config.digits, 512]));
    return tf.transpose(tf.stack(each), [0, 4, 3, 1, 2]);
  });
  expectClose('outputs.generate.first_logits', logits.shape, logits.dataSync());
  logits.dispose();

  const before = memoryUse();
  const [long] = await generator.generate(prompts, 2 * config.timeSteps, { steps: 1 });
  expect(long?.data.slice(0, config.places)).toEqual(
    generator.nextGrid(prompts, { steps: 1 })[0]?.codes, // of the first of many
  );
  expect(memoryUse().tensors).toBe(before.tensors);
  generator.dispose();
});

function tensor(name: string): TensorData {
  const found = file.tensors.get(name);
  if (found === undefined) throw new Error(`the goldens have no ${name}`);
  return found;
}

function integers(name: string): { shape: readonly number[]; values: Int32Array } {
  const data = tensor(name);
  return { shape: data.shape, values: Int32Array.from(asBigInt64(data), Number) };
}

function expectClose(name: string, shape: readonly number[], got: ArrayLike<number> = []): void {
  const rule = rules.files.st_maskgit.find(([pattern]) => new RegExp(pattern).test(name));
  if (rule === undefined) throw new Error(`no tolerance for ${name}`);
  const want = asFloat32(tensor(name));
  expect(shape, name).toEqual(tensor(name).shape);
  expect(got.length, name).toBe(want.length);
  const worst = want.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] ?? NaN))), 0);
  const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(worst, name).toBeLessThanOrEqual(rule[1] + rule[2] * largest);
}
