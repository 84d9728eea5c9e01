import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset, STATE_COUNT, writeLatents, writeRawDataset } from '@borealis/dataset';
import { expect, onTestFinished, test } from 'vitest';
import { openLatentData } from './latent-data.ts';

const spec = { frames: 5, stride: 2, content: 'frames' } as const;
const encode = () => ({ data: new Float32Array(2), count: 2, height: 1, width: 1, channels: 1 });

test('latents of the windows that are asked for: none, one autoencoder’s, two', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'borealis-latents-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const frames = { data: new Uint8Array(6 * 16 * 16 * 3), count: 6, height: 16, width: 16 };
  await writeRawDataset([{ frames, states: new Float32Array(6 * STATE_COUNT) }], {
    ...{ dir, layout: 'flat', framesPerShard: 100 },
  });
  const dataset = await openDataset(dir);
  onTestFinished(() => dataset.close());
  await expect(openLatentData(dataset, spec, undefined)).rejects.toMatchObject({
    code: 'LATENTS',
    message: expect.stringContaining(`borealis data encode ${dir} --vae VAE --frames 5 --stride 2`),
  });
  await writeLatents({ dataset, spec, encoder: 'a', encode });
  const { encoder, dataset: encoded } = await openLatentData(dataset, spec, undefined);
  expect(encoder).toBe('a');
  expect(await encoded.windows(spec).at(0)).toMatchObject({ latents: { count: 2 } });
  await expect(openLatentData(dataset, spec, 'b')).rejects.toThrow(/by this autoencoder/);
  await writeLatents({ dataset, spec, encoder: 'b', encode });
  await expect(openLatentData(dataset, spec, undefined)).rejects.toThrow(/2 autoencoders.*--vae/);
  expect((await openLatentData(dataset, spec, 'b')).encoder).toBe('b');
});
