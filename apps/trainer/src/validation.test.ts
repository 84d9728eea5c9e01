import { openDataset, stateStatistics } from '@borealis/dataset';
import { memoryUse, startBackend } from '@borealis/tensor';
import { expect, test } from 'vitest';
import { loadModel } from './load-model.ts';
import { tinySettings } from './tiny-data.test.fixture.ts';
import { createValidation } from './validation.ts';

test('the mean over windows does not depend on the batch size, and nothing piles up', async () => {
  await startBackend();
  const model = await loadModel('st-transformer');
  const { data, modelConfig } = await tinySettings();
  const dataset = await openDataset(data);
  const preset = model.presets['small'] as Record<string, unknown>;
  const config = model.adapt(model.configSchema.parse({ ...preset, ...modelConfig }), dataset);
  const parameters = model.init(config, 1);
  const statistics = await model.fitStatistics(config, { dataset, states: await stateStatistics(dataset) });
  const options = { model, config, statistics, dataset, windows: 5 };
  const results = [];
  for (const batchSize of [1, 2, 5, 100]) {
    const training = { batchSize, precision: 'f32' } as const;
    const validation = await createValidation({ ...options, training });
    results.push(await validation.evaluate(parameters));
    const before = memoryUse();
    await validation.evaluate(parameters);
    expect(memoryUse()).toMatchObject({ tensors: before.tensors, nativeTensors: before.nativeTensors });
    validation.dispose();
  }
  for (const { loss = NaN, future = NaN } of results) {
    expect(loss).toBeCloseTo(results[0]?.['loss'] ?? NaN, 4);
    expect(future).toBeCloseTo(results[0]?.['future'] ?? NaN, 4);
  }
  await dataset.close();
});

test('autoregressive cross-entropy stands beside the teacher-forced one', async () => {
  await startBackend();
  const model = await loadModel('st-transformer');
  const { data, modelConfig } = await tinySettings();
  const dataset = await openDataset(data);
  const preset = model.presets['small'] as Record<string, unknown>;
  const config = model.adapt(model.configSchema.parse({ ...preset, ...modelConfig, timeSteps: 3 }), dataset);
  const parameters = model.init(config, 1);
  const statistics = await model.fitStatistics(config, { dataset, states: await stateStatistics(dataset) });
  const training = { batchSize: 2, precision: 'f32' } as const;
  const options = { model, config, statistics, dataset, windows: 4, training };
  const validation = await createValidation({ ...options, autoregressive: 4 });
  const { future = NaN, future_autoregressive = NaN } = await validation.evaluate(parameters);
  expect(future_autoregressive).toBeCloseTo(future, 4); // there is one future grid: no way to go wrong before it
  const before = memoryUse();
  await validation.evaluate(parameters);
  expect(memoryUse()).toMatchObject({ tensors: before.tensors, nativeTensors: before.nativeTensors });
  validation.dispose();
  const without = await createValidation(options);
  expect(Object.keys(await without.evaluate(parameters))).toEqual(['loss', 'future']);
  without.dispose();
  await dataset.close();
});

test('a split without windows long enough is an error', async () => {
  const model = await loadModel('st-transformer');
  const { data } = await tinySettings();
  const dataset = await openDataset(data);
  const config = { ...(model.presets['small'] as object), timeSteps: 30, gridHeight: 2, gridWidth: 2 };
  const training = { batchSize: 1, precision: 'f32' } as const;
  const options = { model, config, statistics: {}, dataset, windows: 1, training };
  await expect(createValidation(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await dataset.close();
});
