import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset, STATE_COUNT, writeRawDataset } from '@borealis/dataset';
import { writeSafetensors } from '@borealis/safetensors';
import { namedLeaves, tf } from '@borealis/tensor';
import { stTransformer } from '@borealis/st-transformer';
import { nameParameters, writeModelFolder } from '@borealis/training';
import { cosmosPresets, cosmosWeightsOf, initCosmos } from '@borealis/video-tokenizer';
import { openTokenCodec } from '../tokens/token-codec.ts';
import { tokenizeDataset } from '../tokens/tokenize-dataset.ts';
import { untrained } from './untrained-origin.test.fixture.ts';

const SIDE = 16;
const FRAMES = 54;
const LEVELS = [4, 4];

export interface TinyTokens {
  readonly folder: string;
  readonly raw: string;
  readonly tokens: string;
  readonly tokenizer: string;
  readonly episodes: string;
  /** Model folders of one recipe, and of another. */
  readonly models: readonly [string, string];
  readonly other: string;
}

/**
 * Three segments of moving pictures, numbers 5, 6 and 9 of split `val`, in rooms 0, 3 and 12; their tokens by a randomly
 * drawn Cosmos tokenizer; and models that were never trained. The backend must have been started.
 */
export async function tinyTokens(): Promise<TinyTokens> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-evaluate-'));
  const at = (name: string) => join(folder, name);
  const segments = [5, 6, 9].map((id) => {
    const data = Uint8Array.from(
      { length: FRAMES * SIDE * SIDE * 3 },
      (_, i) => 128 + 100 * Math.sin(id + i / (150 + 10 * id)),
    );
    const states = Float32Array.from({ length: FRAMES * STATE_COUNT }, (_, i) => Math.sin(id + i / 9));
    return { id, states, frames: { data, count: FRAMES, height: SIDE, width: SIDE } };
  });
  await writeRawDataset(segments, { dir: at('raw'), layout: 'flat', framesPerShard: 1000 });
  const episodes = segments.map(({ id }) => ({ split: 'val', segment: id, room: id === 9 ? 12 : id - 5 }));
  await writeFile(at('episodes.json'), JSON.stringify(episodes));
  const tokenizer = at('cosmos.safetensors');
  await writeTinyCosmos(tokenizer, 1);
  await tokenize(at('raw'), at('tokens'), tokenizer);
  const models = [at('tiny-1'), at('tiny-2')] as const;
  await writeTinyModel(models[0], 1);
  await writeTinyModel(models[1], 2);
  await writeTinyModel(at('other'), 3);
  return {
    ...{ folder, raw: at('raw'), tokens: at('tokens'), tokenizer, episodes: at('episodes.json') },
    ...{ models, other: at('other') },
  };
}

export async function writeTinyCosmos(path: string, seed: number): Promise<void> {
  const config = { ...cosmosPresets.small, channels: 2, levels: LEVELS };
  const parameters = initCosmos(config, seed);
  await writeSafetensors(path, cosmosWeightsOf(parameters), { metadata: { config: JSON.stringify(config) } });
  tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
}

async function tokenize(raw: string, dir: string, tokenizer: string): Promise<void> {
  const dataset = await openDataset(raw);
  const codec = await openTokenCodec(tokenizer);
  await tokenizeDataset({ dataset, codec, dir, offsets: [0] });
  codec.dispose();
  await dataset.close();
}

async function writeTinyModel(folder: string, seed: number): Promise<void> {
  const config = stTransformer.configSchema.parse({
    ...stTransformer.presets['small'],
    ...{ dim: 8, layers: 1, heads: 2, gridHeight: 2, gridWidth: 2 },
    vocabulary: { kind: 'levels', levels: LEVELS, components: 1 },
  });
  const parameters = nameParameters(stTransformer.init(config, seed));
  await writeModelFolder(folder, {
    record: {
      model: 'st-transformer',
      config: JSON.parse(JSON.stringify(config)) as null,
      training: untrained,
    },
    parameters,
    statistics: {
      state_mean: new Float32Array(STATE_COUNT),
      state_deviation: new Float32Array(STATE_COUNT).fill(1),
    },
    storage: 'f32',
    card: '',
  });
  tf.dispose(Object.values(parameters));
}

export async function removeTinyTokens({ folder }: TinyTokens): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
