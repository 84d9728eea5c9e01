import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATE_COUNT, writeRawDataset } from '@borealis/dataset';
import { ditSampler } from '@borealis/dit-sampler';
import { writePublishedVae } from '@borealis/evaluator';
import { createRandom, tf } from '@borealis/tensor';
import { disposeNamed, mapNamed, nameParameters, writeModelFolder } from '@borealis/training';
import { init, presets } from '@borealis/video-vae';
import { untrained } from './untrained-origin.test.fixture.ts';

const SIDE = 32;
const FRAMES = 9;

export interface TinySamplers {
  readonly folder: string;
  /** Raw data: two segments, numbers 4 and 7 of split `val`, in rooms 1 and 11; another way to go on from the same frames. */
  readonly raw: string;
  readonly otherWay: string;
  readonly episodes: string;
  readonly vae: string;
  /** Model folders: 2 latent frames, the first given; one hears states, the other doesn't. */
  readonly sampler: string;
  readonly deaf: string;
}

/** A light bar that begins at `start` and moves by `speed`; the first state tells where it is. */
function segmentOf(id: number, start: number, speed: number) {
  const data = new Uint8Array(FRAMES * SIDE * SIDE * 3).fill(100);
  const states = new Float32Array(FRAMES * STATE_COUNT);
  for (let t = 0; t < FRAMES; t++) {
    const left = (start + speed * t) % (SIDE - 8);
    states[t * STATE_COUNT] = left;
    for (let y = 0; y < SIDE; y++)
      data.fill(200, ((t * SIDE + y) * SIDE + left) * 3, ((t * SIDE + y) * SIDE + left + 8) * 3);
  }
  return { id, frames: { data, count: FRAMES, height: SIDE, width: SIDE }, states };
}

/** Data, an autoencoder and samplers that were never trained. The backend must have been started. */
export async function tinySamplers(): Promise<TinySamplers> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-samplers-'));
  const at = (name: string) => join(folder, name);
  for (const [name, speed] of [
    ['raw', 1],
    ['other-way', 2],
  ] as const) {
    await writeRawDataset([segmentOf(4, 0, speed), segmentOf(7, 5, speed)], {
      ...{ dir: at(name), layout: 'flat', framesPerShard: 1000 },
    });
  }
  const episodes = [
    { split: 'val', segment: 4, room: 1 },
    { split: 'val', segment: 7, room: 11 },
  ];
  await writeFile(at('episodes.json'), JSON.stringify(episodes));
  await mkdir(at('vae'));
  const small = { ...presets.small, baseDim: 4, decoderBaseDim: 4, zDim: 2 };
  const config = { ...small, latentsMean: [0, 0], latentsStd: [1, 1] };
  const parameters = init(config, 1);
  await writePublishedVae(at('vae'), { config, parameters });
  disposeNamed(nameParameters(parameters));
  await writeSampler(at('sampler'), {
    channels: STATE_COUNT,
    form: 'motion',
    frequencies: 1,
    dim: 4,
    dropout: 0,
  });
  await writeSampler(at('deaf'), null);
  return {
    ...{ folder, raw: at('raw'), otherWay: at('other-way'), episodes: at('episodes.json') },
    ...{ vae: at('vae'), sampler: at('sampler'), deaf: at('deaf') },
  };
}

async function writeSampler(path: string, states: unknown): Promise<void> {
  const config = ditSampler.configSchema.parse({
    ...{ ...ditSampler.presets['small'], layers: 1, heads: 1, headDim: 8, ffnDim: 8, freqDim: 4, textDim: 4 },
    ...{
      latentFrames: 2,
      contextLatents: 1,
      stride: 1,
      latentHeight: 2,
      latentWidth: 2,
      latentChannels: 2,
      states,
    },
  });
  const random = createRandom(2);
  const drawn = nameParameters(ditSampler.init(config, 1));
  const stirred = mapNamed(drawn, (tensor, name) =>
    tf.tidy(() => tf.add(tensor, random.fork(name).normalTensor(tensor.shape, 0.2))),
  ); // what starts at zero would say nothing
  const ones = new Float32Array(STATE_COUNT).fill(1);
  await writeModelFolder(path, {
    record: { model: 'dit-sampler', config: JSON.parse(JSON.stringify(config)) as null, training: untrained },
    parameters: stirred,
    statistics: { state_mean: new Float32Array(STATE_COUNT), state_deviation: ones },
    ...{ storage: 'f32', card: '' },
  });
  disposeNamed(drawn);
  disposeNamed(stirred);
}

export async function removeTinySamplers({ folder }: TinySamplers): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
