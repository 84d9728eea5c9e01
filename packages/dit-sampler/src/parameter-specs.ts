import type { DitSamplerConfig, StatesConfig } from './config.ts';
import { dimOf } from './config.ts';
import type { ParameterSpecs } from './parameter-spec.ts';
import { affineSpecs, constant, convolutionSpecs, normal, sizeOf, under } from './parameter-spec.ts';
import { motionChannels } from './states/motion.ts';

/** Deviation of the embeddings of text and timestep (Wan2.2 wan/modules/model.py). */
const EMBEDDING_DEVIATION = 0.02;

/** Under this path stands what robot states pass through; the rest is the published model. */
export const STATE_CONDITIONER = 'state_conditioner';

/** Kernel of the 1-D convolutions over states. */
const STATE_WINDOW = 3;

/**
 * Every parameter of a model of this size but its adapters, in order; nothing is allocated. The published ones bear the
 * names of diffusers' `WanTransformer3DModel`.
 */
export function parameterSpecs(config: DitSamplerConfig): ParameterSpecs {
  return {
    ...transformerSpecs(config),
    ...(config.states === null ? {} : under(STATE_CONDITIONER, stateSpecs(config.states, dimOf(config)))),
  };
}

/** The published model's: names, and shapes as held in memory. */
export function transformerSpecs(config: DitSamplerConfig): ParameterSpecs {
  const dim = dimOf(config);
  const { freqDim, textDim, latentChannels, patchSize } = config;
  const blocks = Array.from({ length: config.layers }, (_, i) =>
    Object.entries(under(`blocks.${i}`, blockSpecs(dim, config.ffnDim))),
  );
  const embedding = (name: string, shape: readonly [number, number]): ParameterSpecs => ({
    [`${name}.weight`]: normal(shape, EMBEDDING_DEVIATION),
    [`${name}.bias`]: constant([shape[0]], 0),
  });
  return {
    ...convolutionSpecs('patch_embedding', [...patchSize, latentChannels, dim]),
    ...under('condition_embedder', {
      ...embedding('time_embedder.linear_1', [dim, freqDim]),
      ...embedding('time_embedder.linear_2', [dim, dim]),
      ...affineSpecs('time_proj', [6 * dim, dim]),
      ...embedding('text_embedder.linear_1', [dim, textDim]),
      ...embedding('text_embedder.linear_2', [dim, dim]),
    }),
    ...Object.fromEntries(blocks.flat()),
    scale_shift_table: normal([1, 2, dim], 1 / Math.sqrt(dim)),
    'proj_out.weight': constant([sizeOf(patchSize) * latentChannels, dim], 0), // training starts at "no motion"
    'proj_out.bias': constant([sizeOf(patchSize) * latentChannels], 0),
  };
}

/** How many numbers the parameters of a model of this size hold, without adapters. */
export function countOf(config: DitSamplerConfig): number {
  return Object.values(parameterSpecs(config)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function blockSpecs(dim: number, ffnDim: number): ParameterSpecs {
  const attention: ParameterSpecs = {
    ...affineSpecs('to_q', [dim, dim]),
    ...affineSpecs('to_k', [dim, dim]),
    ...affineSpecs('to_v', [dim, dim]),
    ...affineSpecs('to_out.0', [dim, dim]),
    'norm_q.weight': constant([dim], 1),
    'norm_k.weight': constant([dim], 1),
  };
  return {
    scale_shift_table: normal([1, 6, dim], 1 / Math.sqrt(dim)),
    ...under('attn1', attention),
    ...under('attn2', attention),
    'norm2.weight': constant([dim], 1),
    'norm2.bias': constant([dim], 0),
    ...affineSpecs('ffn.net.0.proj', [ffnDim, dim]),
    ...affineSpecs('ffn.net.2', [dim, ffnDim]),
  };
}

function stateSpecs({ channels, form, frequencies, dim }: StatesConfig, modelDim: number): ParameterSpecs {
  return {
    ...affineSpecs('mlp.0', [
      dim,
      2 * frequencies * (form === 'motion' ? motionChannels(channels) : channels),
    ]),
    ...affineSpecs('mlp.2', [dim, dim]),
    ...convolutionSpecs('downsample.0', [STATE_WINDOW, dim, dim]),
    ...convolutionSpecs('downsample.1', [STATE_WINDOW, dim, dim]),
    'proj_out.weight': constant([modelDim, dim], 0), // before training: as if there were no states
    'proj_out.bias': constant([modelDim], 0),
  };
}
