import type { Parameters } from '@borealis/training';
import type { Random } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import type { Affine, AttentionParameters, BlockParameters, Norm } from './block.ts';
import type { StTransformerConfig } from './config.ts';
import { StTransformerError } from './errors.ts';
import type { StTransformerParameters } from './forward.ts';
import { initStateEmbedding } from './state-embedding.ts';
import { vocabularyOf } from './vocabulary/vocabulary.ts';

/**
 * Parameters before training, the same for the same seed: matrices normal with deviation 0.02, those that write into
 * the stream narrower by the root of their number (Radford et al. 2019), gains 1, biases 0.
 */
export function init(config: StTransformerConfig, seed: number): Parameters {
  const { dim, heads, layers } = config;
  if (dim % heads !== 0) {
    throw new StTransformerError(
      'CONFIG',
      `dim ${dim} can't be divided among ${heads} heads: choose a multiple`,
    );
  }
  const random = createRandom(seed);
  const parameters: StTransformerParameters = {
    vocabulary: vocabularyOf(config).init(dim, random.fork('vocabulary')),
    positions: random
      .fork('positions')
      .normalTensor([config.timeSteps, config.gridHeight * config.gridWidth, dim], 0.02),
    states: initStateEmbedding(config, random.fork('states')),
    layers: Object.fromEntries(
      Array.from({ length: layers }, (_, i) => [String(i), initBlock(config, random.fork(`layer ${i}`))]),
    ),
    ...(config.normalisation === 'pre' ? { norm_out: initNorm(dim) } : {}),
  };
  return parameters as unknown as Parameters;
}

function initBlock(config: StTransformerConfig, random: Random): BlockParameters {
  const { dim, mlpRatio, layers, heads, normalisation } = config;
  const hidden = Math.round(dim * mlpRatio);
  const intoStream = 0.02 / Math.sqrt(3 * layers);
  const affine = (outSize: number, inSize: number, deviation = 0.02): Affine => ({
    weight: random.normalTensor([outSize, inSize], deviation),
    bias: tf.zeros([outSize]),
  });
  const attention = (): AttentionParameters => ({
    qkv: affine(3 * dim, dim),
    proj: affine(dim, dim, intoStream),
    ...(normalisation === 'qk' ? { norm: initNorm(dim / heads) } : {}),
  });
  const pre = normalisation === 'pre';
  return {
    ...(pre ? { norm1: initNorm(dim) } : {}),
    spatial_attn: attention(),
    ...(pre ? { temporal_norm: initNorm(dim) } : {}),
    temporal_attn: attention(),
    ...(pre ? { norm2: initNorm(dim) } : {}),
    mlp: { fc1: affine(hidden, dim), fc2: affine(dim, hidden, intoStream) },
  };
}

function initNorm(size: number): Norm {
  return { weight: tf.ones([size]), bias: tf.zeros([size]) };
}
