import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import type { CheckpointStore } from '@borealis/checkpoints';
import { memoryUse, namedLeaves, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { createMetricFile } from '../logs/metric-file.ts';
import type { TrainingLog } from '../logs/training-log.ts';
import { combineLogs } from '../logs/training-log.ts';
import {
  temporaryFolder,
  TINY_CONFIG,
  TINY_STATISTICS,
  tinyModel,
  tinyTraining,
  tinyWindows,
} from '../tiny-model.test.fixture.ts';
import { readStatistics, readTrained } from './read-trained.ts';
import type { TrainLoopOptions } from './train-loop.ts';
import { trainLoop } from './train-loop.ts';
import { trainingStateSchema } from './training-state.ts';

beforeAll(async () => {
  await startBackend();
});

type Options = TrainLoopOptions<typeof TINY_CONFIG, ReturnType<typeof tinyModel.toBatch>>;

async function evaluate(parameters: Parameters<NonNullable<Options['evaluate']>>[0]) {
  const [, weight] = namedLeaves(parameters)[0] ?? [];
  const [loss = NaN] = (await weight?.data()) ?? [];
  return { loss };
}

function options(store: CheckpointStore, changes: Partial<Options> = {}): Options {
  return {
    model: tinyModel,
    config: TINY_CONFIG,
    statistics: TINY_STATISTICS,
    windows: tinyWindows(5),
    training: tinyTraining(),
    store,
    seed: 17,
    evaluate,
    ...changes,
  };
}

/** Fires the signal when a step is logged. */
function stopAt(step: number): { readonly log: TrainingLog; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const train = (at: number) => {
    if (at === step) controller.abort();
  };
  return { log: { ...combineLogs([]), train }, signal: controller.signal };
}

async function everything(store: CheckpointStore, step: number) {
  const { groups, state } = await store.load(step, { state: trainingStateSchema });
  const tensors = Object.entries(groups).flatMap(([group, map]) =>
    [...map].map(([name, { shape, data }]) => [`${group}/${name}`, shape, Buffer.from(data).toString('hex')]),
  );
  return { tensors, state };
}

test('8 steps equal 3, a stop, and 5 more: parameters, moments, averages, state and metrics, bit by bit', async () => {
  const folder = await temporaryFolder();
  const whole = await openFolderStore(join(folder, 'whole'));
  const parts = await openFolderStore(join(folder, 'parts'));
  const log = createMetricFile(join(folder, 'whole.jsonl'));
  const done = await trainLoop(options(whole, { log }));
  await log.close();
  expect(done).toMatchObject({ finished: true, step: 8, resumedFrom: 0 });

  const stop = stopAt(3);
  const first = createMetricFile(join(folder, 'parts.jsonl'));
  const stopped = await trainLoop(
    options(parts, { log: combineLogs([first, stop.log]), signal: stop.signal }),
  );
  await first.close();
  expect(stopped).toMatchObject({ finished: false, step: 3 });
  // What a crash after the checkpoint leaves: records of a lost future, the last one torn.
  const lost = { step: 4, kind: 'train', values: { loss: 9 } };
  const text = await readFile(join(folder, 'parts.jsonl'), 'utf8');
  await writeFile(
    join(folder, 'parts.jsonl'),
    `${text}${JSON.stringify(lost)}\n${JSON.stringify(lost).slice(0, 20)}`,
  );

  const second = createMetricFile(join(folder, 'parts.jsonl'));
  const resumed = await trainLoop(options(parts, { log: second }));
  await second.close();
  expect(resumed).toMatchObject({ finished: true, step: 8, resumedFrom: 3 });

  const [a, b] = [await everything(whole, 8), await everything(parts, 8)];
  expect(a.tensors.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'params/layer.weight',
      'params/frozen.offset',
      'optimizer/second.layer.bias',
      'ema/layer.bias',
      'statistics/mean',
    ]),
  );
  expect(b).toEqual(a);
  const metrics = await readFile(join(folder, 'whole.jsonl'), 'utf8');
  expect(await readFile(join(folder, 'parts.jsonl'), 'utf8')).toBe(metrics);
  const records = metrics
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(records).toHaveLength(8 + 3); // evaluated after 3, 6 and the last
  expect(records.at(-1)).toMatchObject({ step: 8, kind: 'validation' });
});

test('what is frozen is kept once, apart from checkpoints; stopped and resumed it gives the same bits', async () => {
  const folder = await temporaryFolder();
  const [whole, parts, frozenStore] = await Promise.all(
    ['whole', 'parts', 'frozen'].map((name) => openFolderStore(join(folder, name))),
  );
  if (!whole || !parts || !frozenStore) throw new Error('three stores');
  await trainLoop(options(whole));
  const stop = stopAt(3);
  await trainLoop(options(parts, { frozenStore, log: stop.log, signal: stop.signal }));
  await trainLoop(options(parts, { frozenStore }));
  const [all, some] = [await everything(whole, 8), await everything(parts, 8)];
  const offset = all.tensors.filter(([name]) => name === 'params/frozen.offset');
  expect(offset).toHaveLength(1);
  expect(some.tensors).toEqual(all.tensors.filter(([name]) => name !== 'params/frozen.offset'));
  expect((await frozenStore.list()).map(({ step }) => step)).toEqual([0]);
  const trained = await readTrained({ store: parts, frozenStore, model: tinyModel, config: TINY_CONFIG });
  const leaves = new Map(namedLeaves(trained?.parameters ?? {}));
  expect(leaves.get('frozen.offset')?.dataSync()[0]).toBe(0.125);
  tf.dispose([...leaves.values()]);
  const without = readTrained({ store: parts, model: tinyModel, config: TINY_CONFIG });
  await expect(without).rejects.toMatchObject({ code: 'PARAMETER_MISSING' });
});

test('another seed gives other bits', async () => {
  const folder = await temporaryFolder();
  const stores = await Promise.all(['a', 'b'].map((name) => openFolderStore(join(folder, name))));
  const results = [];
  for (const [i, store] of stores.entries()) {
    await trainLoop(options(store, { seed: i, training: tinyTraining({ steps: 1 }) }));
    results.push((await everything(store, 1)).tensors);
  }
  expect(results[0]).not.toEqual(results[1]);
});

test('learns, and what was trained is read back', async () => {
  const store = await openFolderStore(await temporaryFolder());
  const losses: number[] = [];
  const log = { ...combineLogs([]), train: (_: number, { loss = NaN }) => void losses.push(loss) };
  const training = tinyTraining({
    steps: 150,
    schedule: { kind: 'constant', rate: 0.05 },
    emaDecay: null,
    evaluateEvery: 1000,
  });
  await trainLoop(options(store, { training, log }));
  expect(losses.at(-1)).toBeLessThan(0.05 * (losses[0] ?? 0));
  const trained = await readTrained({ store, model: tinyModel, config: TINY_CONFIG });
  const leaves = new Map(namedLeaves(trained?.parameters ?? {}));
  const weight = leaves.get('layer.weight')?.dataSync() ?? [];
  expect(weight[0]).toBeCloseTo(2, 0);
  expect(weight[1]).toBeCloseTo(-1, 0);
  expect(trained).toMatchObject({ step: 150, statistics: TINY_STATISTICS });
  expect(await readStatistics(store)).toEqual(TINY_STATISTICS);
  tf.dispose([...leaves.values()]);
});

test('the moving average is what is evaluated and read back', async () => {
  const store = await openFolderStore(await temporaryFolder());
  const training = tinyTraining({ steps: 2, evaluateEvery: 2, emaDecay: 0.5 });
  const { evaluation } = await trainLoop(options(store, { training }));
  const { groups } = await store.load(2, { state: trainingStateSchema });
  const trained = await readTrained({ store, model: tinyModel, config: TINY_CONFIG });
  const leaves = namedLeaves(trained?.parameters ?? {});
  const [first] = leaves[0]?.[1].dataSync() ?? [];
  expect(first).toBe(evaluation?.['loss']);
  expect(Buffer.from(groups['ema']?.get('layer.weight')?.data ?? []).readFloatLE(0)).toBe(first);
  expect(Buffer.from(groups['params']?.get('layer.weight')?.data ?? []).readFloatLE(0)).not.toBe(first);
  tf.dispose(leaves.map(([, tensor]) => tensor));
});

test('tensors do not pile up', async () => {
  const store = await openFolderStore(await temporaryFolder());
  const before = memoryUse();
  const counts: (number | undefined)[] = [];
  const log = {
    ...combineLogs([]),
    train: () => void counts.push(memoryUse().tensors, memoryUse().nativeTensors),
  };
  await trainLoop(options(store, { log, training: tinyTraining({ checkpointEvery: 2 }) }));
  await trainLoop(options(store, { log })).catch(() => undefined); // refused: another checkpointEvery
  await trainLoop(options(store, { log, training: tinyTraining({ checkpointEvery: 2 }) }));
  expect(counts).toHaveLength(2 * 8);
  expect(new Set(counts.slice(2)).size).toBeLessThanOrEqual(2); // one number each
  expect(memoryUse()).toMatchObject({ tensors: before.tensors, nativeTensors: before.nativeTensors });
});

test('a loss that is not finite stops training; the last good checkpoint stays', async () => {
  const store = await openFolderStore(await temporaryFolder());
  const training = tinyTraining({ checkpointEvery: 2 });
  // Window 15 is in the sixth batch of 3.
  const run = trainLoop(options(store, { training, windows: tinyWindows(5, 15) }));
  await expect(run).rejects.toMatchObject({
    code: 'NOT_FINITE',
    message: expect.stringMatching(
      /^step 6: loss NaN.*last good checkpoint is that of step 4.*shard 0 frame 15/s,
    ),
  });
  expect((await store.list()).map(({ step }) => step)).toEqual([2, 4]);
  // With whole data it goes on from there.
  expect(await trainLoop(options(store, { training }))).toMatchObject({ finished: true, resumedFrom: 4 });
});

test('a torn newest checkpoint is skipped', async () => {
  const folder = await temporaryFolder();
  const warnings: string[] = [];
  const store = await openFolderStore(folder, { warn: (message) => warnings.push(message) });
  const training = tinyTraining({ checkpointEvery: 3 });
  await trainLoop(options(store, { training }));
  const before = await everything(store, 8);
  await writeFile(join(folder, 'step-00000008', 'params.safetensors'), 'torn');
  const { resumedFrom } = await trainLoop(options(store, { training }));
  expect(resumedFrom).toBe(6);
  expect(warnings).toHaveLength(1);
  expect(await everything(store, 8)).toEqual(before);
});

test.each([
  ['seed', { seed: 18 }, /seed: 17 stored, 18 now/],
  ['schedule', { training: tinyTraining({ schedule: { kind: 'constant', rate: 1 } }) }, /schedule: /],
  ['steps', { training: tinyTraining({ steps: 9 }) }, /steps: 8 stored, 9 now/],
  ['precision', { training: tinyTraining({ precision: 'bf16' }) }, /precision: "f32" stored, "bf16" now/],
  ['statistics', { statistics: { mean: Float32Array.of(0.5, -0.25, 0.3) } }, /statistics differ.*mean/],
] as const)('a checkpoint of another %s is refused', async (_, changes, message) => {
  const folder = await temporaryFolder();
  const store = await openFolderStore(folder);
  const stop = stopAt(1);
  await trainLoop(options(store, stop));
  const before = memoryUse().tensors;
  const run = trainLoop(options(store, changes));
  await expect(run).rejects.toMatchObject({ code: 'RUN_MISMATCH', message: expect.stringMatching(message) });
  expect(await readdir(folder)).toEqual(['step-00000001']);
  expect(memoryUse().tensors).toBe(before);
});

test('a checkpoint of another size of model is refused', async () => {
  const store = await openFolderStore(await temporaryFolder());
  await trainLoop(options(store, stopAt(1)));
  await expect(trainLoop(options(store, { config: { inputs: 2 } }))).rejects.toMatchObject({
    code: 'PARAMETER_SHAPE',
    message: expect.stringContaining("layer.weight is stored as [1,3], the model's is [1,2]"),
  });
});

test('data that end, fail, or carry no position', async () => {
  const store = await openFolderStore(await temporaryFolder());
  async function* some(count: number, then?: Error) {
    let left = count;
    for await (const window of tinyWindows(1)()) {
      if (left-- === 0) break;
      yield window;
    }
    if (then !== undefined) throw then;
  }
  await expect(trainLoop(options(store, { windows: () => some(7) }))).rejects.toMatchObject({
    code: 'NO_DATA',
    message: 'windows ended after 2 of 8 steps',
  });
  await expect(trainLoop(options(store, { windows: () => some(4, new Error('disk')) }))).rejects.toThrow(
    'disk',
  );
  async function* bare() {
    for await (const { position: _, ...window } of tinyWindows(1)()) yield window;
  }
  await expect(trainLoop(options(store, { windows: bare }))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  expect(await store.list()).toEqual([]);
});

test('a wrong configuration is named key by key', async () => {
  const store = await openFolderStore(await temporaryFolder());
  const training = { ...tinyTraining(), batchSize: 0, stepz: 3 };
  await expect(trainLoop(options(store, { training }))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/stepz.*batchSize|batchSize.*stepz/s),
  });
});
