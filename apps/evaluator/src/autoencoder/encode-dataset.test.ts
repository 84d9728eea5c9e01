import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@borealis/dataset';
import { openDataset, STATE_COUNT, withLatents, writeRawDataset } from '@borealis/dataset';
import { startBackend, tf } from '@borealis/tensor';
import { createVideoVae, init, presets } from '@borealis/video-vae';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { encodeDataset } from './encode-dataset.ts';
import type { LoadedVae } from './published-vae.ts';
import { readPublishedVae, writePublishedVae } from './published-vae.ts';
import { videoOf } from './video-of.ts';

const config = { ...presets.small, baseDim: 4, decoderBaseDim: 4 };

beforeAll(async () => {
  await startBackend();
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-encode-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function movingPictures(): Promise<Dataset> {
  const dir = await emptyFolder();
  const [count, side] = [14, 32];
  const data = Uint8Array.from({ length: count * side * side * 3 }, (_, i) => 128 + 90 * Math.sin(i / 700));
  const frames = { data, count, height: side, width: side };
  await writeRawDataset([{ frames, states: new Float32Array(count * STATE_COUNT) }], {
    ...{ dir, layout: 'flat', framesPerShard: 100 },
  });
  const dataset = await openDataset(dir);
  onTestFinished(() => dataset.close());
  return dataset;
}

test('windows come with the latents that the VAE gives for their frames', async () => {
  const dataset = await movingPictures();
  const vae: LoadedVae = { config, parameters: init(config, 1) };
  const options = { dataset, vae, frames: 9, stride: 5, precision: 'f32' } as const;
  expect(await encodeDataset(options)).toMatchObject({ windows: 2, found: 0, finished: true });
  expect(await encodeDataset(options)).toMatchObject({ found: 1, finished: true });
  const encoded = await withLatents(dataset, { frames: true });
  const window = await encoded.windows({ frames: 9, stride: 5, content: 'frames' }).at(1);
  const encoder = createVideoVae(config, vae.parameters, { latentsAtATime: 2 });
  const wanted = encoder.encode(videoOf(window));
  const { data, count, height, width, channels } = window.latents ?? { data: new Float32Array() };
  expect([1, count, height, width, channels]).toEqual(wanted.shape);
  expect(tf.max(tf.abs(tf.sub(tf.tensor(data, wanted.shape), wanted))).dataSync()[0]).toBeLessThan(1e-4);
});

test('a folder in the diffusers layout holds the same VAE', async () => {
  const dataset = await movingPictures();
  const latentsMean = config.latentsMean.map((_, i) => i / 10);
  const vae: LoadedVae = { config: { ...config, latentsMean }, parameters: init(config, 2) };
  const folder = await emptyFolder();
  await writePublishedVae(folder, vae);
  const read = await readPublishedVae(folder);
  expect(read.config).toEqual(vae.config);
  const options = { dataset, frames: 5, stride: 9, precision: 'f32' } as const;
  const { folder: first } = await encodeDataset({ ...options, vae });
  const again = await encodeDataset({ ...options, vae: read });
  expect(again).toMatchObject({ folder: first, found: 1 }); // the same hash
});

test('what is known of a window is cut to 1 + 4k frames', () => {
  const frames = { data: new Uint8Array(7 * 16 * 16 * 3).fill(255), count: 7, height: 16, width: 16 };
  const window = { shard: 0, segment: 0, start: 0, frameCount: 77, states: new Float32Array(0), frames };
  const video = videoOf(window);
  expect(video.shape).toEqual([1, 5, 16, 16, 3]);
  expect(tf.min(video).dataSync()[0]).toBe(1);
});
