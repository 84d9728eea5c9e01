import type { StTransformerConfig } from './config.ts';
import { FRAMES_PER_VIDEO_GRID } from './grid-times.ts';
import type { ParameterSpecs } from './parameter-spec.ts';
import { affineSpecs, constant, DEVIATION, normal, normSpecs, sizeOf, under } from './parameter-spec.ts';
import { vocabularyOf } from './vocabulary/vocabulary.ts';

/**
 * Every parameter of a model of this size, in order; nothing is allocated. Matrices are normal with deviation 0.02, those
 * that write into the stream narrower by the root of their number (Radford et al. 2019), gains 1, biases 0.
 */
export function parameterSpecs(config: StTransformerConfig): ParameterSpecs {
  const { dim, timeSteps, gridHeight, gridWidth } = config;
  const layers = Array.from({ length: config.layers }, (_, i) =>
    Object.entries(under(`layers.${i}`, blockSpecs(config))),
  );
  return {
    ...under('vocabulary', vocabularyOf(config).specs(dim)),
    positions: normal([timeSteps, gridHeight * gridWidth, dim]),
    ...under('states', stateSpecs(config)),
    ...Object.fromEntries(layers.flat()),
    ...(config.normalisation === 'pre' ? normSpecs('norm_out', dim) : {}),
  };
}

/** How many numbers the parameters of a model of this size hold. */
export function countOf(config: StTransformerConfig): number {
  return Object.values(parameterSpecs(config)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function blockSpecs(config: StTransformerConfig): ParameterSpecs {
  const { dim, mlpRatio, layers, heads, normalisation } = config;
  const hidden = Math.round(dim * mlpRatio);
  const writers = config.attention === 'full' ? 2 : 3; // of a layer into the stream
  const intoStream = DEVIATION / Math.sqrt(writers * layers);
  const pre = (name: string) => (normalisation === 'pre' ? normSpecs(name, dim) : {});
  const attention = (name: string): ParameterSpecs => ({
    ...affineSpecs(`${name}.qkv`, [3 * dim, dim]),
    ...affineSpecs(`${name}.proj`, [dim, dim], intoStream),
    ...(normalisation === 'qk' ? normSpecs(`${name}.norm`, dim / heads) : {}),
  });
  const inTwoSteps = {
    ...attention('spatial_attn'),
    ...pre('temporal_norm'),
    ...attention('temporal_attn'),
  };
  return {
    ...pre('norm1'),
    ...(config.attention === 'full' ? attention('attn') : inTwoSteps),
    ...pre('norm2'),
    ...affineSpecs('mlp.fc1', [hidden, dim]),
    ...affineSpecs('mlp.fc2', [dim, hidden], intoStream),
  };
}

function stateSpecs({ dim, stateChannels }: StTransformerConfig): ParameterSpecs {
  const features = 2 * FRAMES_PER_VIDEO_GRID * stateChannels;
  return {
    ...affineSpecs('fc1', [dim, features], 1 / Math.sqrt(features)),
    ...affineSpecs('fc2', [dim, dim], 0), // training starts as if there were no states
    constant: constant([features], 0),
  };
}
