import { compile, tf } from '@borealis/tensor';
import type { CosmosConfig, CosmosParameters } from '@borealis/video-tokenizer';
import {
  cosmosConfigSchema,
  cosmosDecode,
  cosmosEncode,
  cosmosParametersFrom,
} from '@borealis/video-tokenizer';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf, parseWith } from './golden.ts';
import { produce, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

const configSchema = z.object({
  model: z.object({
    in_channels: z.int(),
    patch_size: z.int(),
    channels: z.int(),
    channels_mult: z.array(z.int()),
    num_res_blocks: z.int(),
    z_channels: z.int(),
    spatial_compression: z.int(),
    temporal_compression: z.int(),
    levels: z.array(z.int()),
  }),
});

/** `cosmos_dv` and its trace: videos to codes and back, and what lies between, of @borealis/video-tokenizer. */
export function* verifyCosmosDv(golden: Golden, { precision }: VerifierOptions): Iterable<Produced> {
  const config = cosmosConfigOf(golden);
  const weights = golden.names('weights.').map((name) => [name, golden.tensor(`weights.${name}`)] as const);
  const parameters = cosmosParametersFrom(config, new Map(weights));
  const there = compile((p: CosmosParameters, video: tf.Tensor) => encodeSeen(config, p, video), {
    name: 'cosmos_encode',
    precision,
  });
  const back = compile((p: CosmosParameters, indices: tf.Tensor) => decodeSeen(config, p, indices), {
    name: 'cosmos_decode',
    precision,
  });
  for (const input of golden.names('inputs.')) {
    const [name = '', kind] = input.split('.');
    const given = toTensor(golden.tensor(`inputs.${input}`));
    if (kind === 'indices') yield* produceAll(name, back(parameters, given));
    if (kind === 'video') {
      const video = tf.transpose(given, [0, 2, 3, 4, 1]);
      const { indices, ...seen } = there(parameters, video);
      video.dispose();
      const { codes, ...drawn } = back(parameters, indices);
      tf.dispose([codes]); // as those of the way there
      yield* produceAll(name, { ...seen, indices, ...drawn });
    }
    given.dispose();
  }
  tf.dispose(parameters);
  there.dispose();
  back.dispose();
}

type Seen = Record<string, tf.Tensor>;

function encodeSeen(config: CosmosConfig, p: CosmosParameters, video: tf.Tensor) {
  const seen: Seen = {};
  const see = (part: string, value: tf.Tensor) => (seen[part] = value);
  const indices = cosmosEncode(p, video, { config, see });
  return { ...seen, indices };
}

function decodeSeen(config: CosmosConfig, p: CosmosParameters, indices: tf.Tensor): Seen {
  const seen: Seen = {};
  const see = (part: string, value: tf.Tensor) => (seen[part] = value);
  const sample = cosmosDecode(p, indices, { config, see });
  return { ...seen, sample };
}

/** In the reference's layout: channels before time. */
function* produceAll(name: string, seen: Seen): Iterable<Produced> {
  for (const [part, value] of Object.entries(seen)) {
    const turned = value.rank === 5 ? tf.transpose(value, [0, 4, 1, 2, 3]) : tf.clone(value);
    yield produce(`outputs.${name}.${part}`, turned);
  }
  tf.dispose(seen); // not before: parts that do nothing give the tensor before them
}

function cosmosConfigOf(golden: Golden): CosmosConfig {
  const { model } = configOf(golden, configSchema);
  const config = {
    pictureChannels: model.in_channels,
    patchSize: model.patch_size,
    channels: model.channels,
    channelMultipliers: model.channels_mult,
    residualBlocks: model.num_res_blocks,
    latentChannels: model.z_channels,
    spatialCompression: model.spatial_compression,
    temporalCompression: model.temporal_compression,
    levels: model.levels,
  };
  return parseWith(cosmosConfigSchema, config, `the model of ${golden.file}`);
}
