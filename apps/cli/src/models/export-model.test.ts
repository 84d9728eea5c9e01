import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATE_COUNT, writeRawDataset, writeTokenizedDataset } from '@borealis/dataset';
import { train } from '@borealis/trainer';
import { readMetrics } from '@borealis/training';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportModel } from './export-model.ts';
import { loadPredictor } from './load-predictor.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-export-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a run is exported; another training starts from it', { timeout: 120_000 }, async () => {
  const data = join(folder, 'data');
  const tokens = { data: Int32Array.from({ length: 24 }, (_, i) => i % 16), count: 6, height: 2, width: 2 };
  const states = new Float32Array(34 * STATE_COUNT);
  await writeTokenizedDataset([{ id: 0, tokens, states }], {
    dir: data,
    layout: 'flat',
    framesPerShard: 1000,
  });
  const [run, out, next] = ['run', 'model', 'next'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const settings = {
    ...{ model: 'st-transformer', data, seed: 1 },
    validation: { data, windows: 1 },
    training: { steps: 3, batchSize: 1, evaluateEvery: 1, checkpointEvery: 100 },
  };
  const modelConfig = { dim: 8, layers: 1, heads: 2, vocabulary: { kind: 'codes', size: 16 } };
  await train({ ...settings, run, modelConfig });

  const exported = await exportModel({ run, out, storage: 'f32' });
  const { parameterCount } = exported;
  expect(exported).toEqual({ folder: out, model: 'st-transformer', step: 3, parameterCount });
  const card = await readFile(join(out, 'README.md'), 'utf8');
  expect(card).toContain(`${parameterCount.toLocaleString('en')} parameters`);
  expect(card).toContain('3 steps of 1 windows in f32, seed 1.');
  await expect(exportModel({ run: out, out: join(folder, 'twice'), storage: 'f32' })).rejects.toThrow(
    /is a model folder already/,
  );

  // It starts where the run ended, with the run's configuration, and may be moved meanwhile.
  const rate = { schedule: { kind: 'constant', rate: 1e-12 } } as const;
  const started = await train({
    ...settings,
    run: next,
    from: out,
    training: { ...settings.training, ...rate },
  });
  const evaluated = async (path: string, step: number) =>
    (await readMetrics(join(path, 'metrics.jsonl'))).find(
      (record) => record.kind === 'validation' && record.step === step,
    )?.values['loss'] ?? NaN;
  const ended = await evaluated(run, 3);
  expect(started.before?.['loss']).toBeCloseTo(ended, 5);
  expect(await evaluated(next, 0)).toBeCloseTo(ended, 5);
  expect(await evaluated(next, 1)).toBeCloseTo(ended, 5);
  await cp(out, join(folder, 'moved'), { recursive: true });
  const again = { ...settings, run: next, from: join(folder, 'moved'), resume: 'must' } as const;
  expect(await train({ ...again, training: { ...settings.training, ...rate } })).toMatchObject({ step: 3 });
  await expect(
    train({ ...settings, run: join(folder, 'wide'), from: out, modelConfig: { dim: 16 } }),
  ).rejects.toMatchObject({ code: 'PARAMETER_SHAPE' });
  await expect(train({ ...settings, run: join(folder, 'none'), from: run })).rejects.toThrow(
    /holds no model to start from .* `borealis model export`/,
  );

  const predictor = await loadPredictor(out);
  expect(predictor.facts('out')).toMatchObject({ parameterCount, step: 3 });
  predictor.dispose();
});

test('an autoencoder is exported with what it was trained with and what its latents are normalised by, each time', async () => {
  const data = join(folder, 'video');
  const [count, side] = [10, 32];
  const pixels = Uint8Array.from({ length: count * side * side * 3 }, (_, i) => 128 + 90 * Math.sin(i / 700));
  await writeRawDataset(
    [
      {
        frames: { data: pixels, count, height: side, width: side },
        states: new Float32Array(count * STATE_COUNT),
      },
    ],
    { dir: data, layout: 'flat', framesPerShard: 1000 },
  );
  const run = join(folder, 'vae-run');
  const training = { steps: 1, batchSize: 1, checkpointEvery: 100 };
  const modelConfig = { baseDim: 4, decoderBaseDim: 4, clipFrames: 5, cropSize: 16, klWeight: 0.5 };
  await train({
    ...{ model: 'video-vae', data, seed: 1, run, modelConfig },
    validation: { data, windows: 1 },
    training: { ...training, evaluateEvery: 1 },
  });
  const records = [];
  for (const name of ['vae-first', 'vae-second']) {
    const out = join(folder, name);
    await exportModel({ run, out, storage: 'bf16' });
    const record = JSON.parse(await readFile(join(out, 'model.json'), 'utf8')) as { config: object };
    expect(record.config).toMatchObject({ clipFrames: 5, cropSize: 16, klWeight: 0.5 });
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain(JSON.stringify(record.config, null, 2));
    records.push(record);
  }
  expect(records[1]).toEqual(records[0]);
});
