import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATE_COUNT, writeRawDataset } from '@borealis/dataset';
import { expect, onTestFinished, test } from 'vitest';
import { train } from './train.ts';

/** A light bar that moves over grey. */
function segmentOf(start: number) {
  const [count, side] = [10, 32];
  const data = new Uint8Array(count * side * side * 3).fill(100);
  for (let t = 0; t < count; t++) {
    for (let y = 0; y < side; y++)
      data.fill(200, ((t * side + y) * side + start + t) * 3, ((t * side + y) * side + start + t + 8) * 3);
  }
  return {
    frames: { data, count, height: side, width: side },
    states: new Float32Array(count * STATE_COUNT),
  };
}

test('a model of pictures trains on raw data, and is evaluated on others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-trainer-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, start] of Object.entries({ train: 0, val: 6 }))
    await writeRawDataset([segmentOf(start)], {
      dir: join(folder, name),
      layout: 'flat',
      framesPerShard: 100,
    });
  const result = await train({
    model: 'video-vae',
    data: join(folder, 'train'),
    run: join(folder, 'run'),
    modelConfig: { baseDim: 4, decoderBaseDim: 4, clipFrames: 5, cropSize: 16 },
    training: { steps: 2, batchSize: 1, evaluateEvery: 2, checkpointEvery: 2 },
    validation: { data: join(folder, 'val'), windows: 2 },
  });
  expect(result).toMatchObject({ finished: true, step: 2 });
  for (const name of ['loss', 'reconstruction', 'kl', 'psnr']) {
    expect(result.train?.[name], name).toBeGreaterThan(0);
    expect(result.evaluation?.[name], name).toBeGreaterThan(0);
  }
});

test('weights that a loss needs are read before anything is trained', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-trainer-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'train');
  await writeRawDataset([segmentOf(0)], { dir: data, layout: 'flat', framesPerShard: 100 });
  const perceptual = { weights: join(folder, 'lpips.safetensors'), weight: 1 };
  const modelConfig = { baseDim: 4, decoderBaseDim: 4, clipFrames: 5, cropSize: 32, perceptual };
  const settings = {
    model: 'video-vae',
    data,
    run: join(folder, 'run'),
    modelConfig,
    training: { steps: 1 },
  };
  await expect(train(settings)).rejects.toThrow(/lpips\.safetensors/);
  expect(await readdir(folder)).toEqual(['train']);
});
