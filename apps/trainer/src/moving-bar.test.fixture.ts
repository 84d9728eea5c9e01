import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset, STATE_COUNT, writeRawDataset } from '@borealis/dataset';
import { encodeDataset, loadAutoencoder, writePublishedVae } from '@borealis/evaluator';
import { disposeNamed, nameParameters } from '@borealis/training';
import { init, presets } from '@borealis/video-vae';
import { onTestFinished } from 'vitest';
import type { TrainSettings } from './train-settings.ts';

const SIDE = 32;

/** A light bar that moves over grey; the first state tells where it is. */
function segmentOf(start: number, count = 12) {
  const data = new Uint8Array(count * SIDE * SIDE * 3).fill(100);
  const states = new Float32Array(count * STATE_COUNT);
  for (let t = 0; t < count; t++) {
    const left = (start + t) % (SIDE - 8);
    states[t * STATE_COUNT] = left / SIDE;
    for (let y = 0; y < SIDE; y++)
      data.fill(200, ((t * SIDE + y) * SIDE + left) * 3, ((t * SIDE + y) * SIDE + left + 8) * 3);
  }
  return { frames: { data, count, height: SIDE, width: SIDE }, states };
}

/** Pictures with latents of an untrained autoencoder, and settings of a run of a sampler that takes seconds. */
export async function movingBars(): Promise<
  TrainSettings & { readonly folder: string; readonly vae: string }
> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-bars-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const vae = join(folder, 'vae');
  await mkdir(vae);
  const config = {
    ...presets.small,
    ...{ baseDim: 4, decoderBaseDim: 4, zDim: 2, latentsMean: [0, 0], latentsStd: [1, 1] },
  };
  const parameters = init(config, 1);
  await writePublishedVae(vae, { config, parameters });
  disposeNamed(nameParameters(parameters));
  const loaded = await loadAutoencoder(vae);
  for (const [name, start] of Object.entries({ train: 0, val: 5 })) {
    const dir = join(folder, name);
    await writeRawDataset([segmentOf(start), segmentOf(start + 3)], {
      ...{ dir, layout: 'flat', framesPerShard: 100 },
    });
    const dataset = await openDataset(dir);
    await encodeDataset({ dataset, vae: loaded, frames: 5, stride: 1, precision: 'f32' });
    await dataset.close();
  }
  disposeNamed(nameParameters(loaded.parameters));
  return {
    ...{ folder, vae, model: 'dit-sampler', data: join(folder, 'train'), run: join(folder, 'run'), seed: 3 },
    modelConfig: {
      ...{ layers: 1, heads: 1, headDim: 8, ffnDim: 8, freqDim: 4, textDim: 4 },
      ...{ latentFrames: 2, contextLatents: 1, stride: 1, latentChannels: 2 },
      states: { channels: STATE_COUNT, form: 'pose', frequencies: 1, dim: 4, dropout: 0.1 },
    },
    training: { steps: 4, batchSize: 2, evaluateEvery: 2, checkpointEvery: 100, emaDecay: 0.5 },
    validation: { data: join(folder, 'val'), windows: 2, sampling: { windows: 1, steps: 2 } },
  };
}
