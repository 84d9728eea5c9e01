import type { tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import type { Affine } from '../affine.ts';
import type { BlockParameters } from '../block.ts';
import { drawParameters } from '../init.ts';
import type { ParameterSpecs } from '../parameter-spec.ts';
import { affineSpecs, constant, normal, normSpecs, sizeOf, under } from '../parameter-spec.ts';
import { checkParameters } from '../parameters.ts';
import type { GenieConfig } from './genie-config.ts';
import { valuesOfDigit } from './genie-config.ts';

/** Under the names of 1xgpt's checkpoints (genie/st_mask_git.py). */
export type GenieParameters = {
  readonly token_embed: {
    /** Of each digit, the lowest first, `[values c]`. */
    readonly factored_embeds: Readonly<Record<number, { readonly weight: tf.Tensor }>>;
    /** `[1 c]` */
    readonly mask_token_embed: tf.Tensor;
  };
  /** `[1 t s c]` */
  readonly pos_embed_TSC: tf.Tensor;
  readonly decoder: { readonly layers: Readonly<Record<number, BlockParameters>> };
  /** `[digits·values c]` */
  readonly out_x_proj: Affine;
};

/** Every parameter of a model of this size, in order; nothing is allocated. Matrices are normal with deviation 0.02. */
export function genieParameterSpecs(config: GenieConfig): ParameterSpecs {
  const { dim, digits, layers, timeSteps, places } = config;
  const values = valuesOfDigit(config);
  const tables = Array.from(
    { length: digits },
    (_, i) => [`factored_embeds.${i}.weight`, normal([values, dim])] as const,
  );
  const blocks = Array.from({ length: layers }, (_, i) =>
    Object.entries(under(`decoder.layers.${i}`, blockSpecs(config))),
  );
  return {
    pos_embed_TSC: constant([1, timeSteps, places, dim], 0),
    ...Object.fromEntries(blocks.flat()),
    ...under('token_embed', { mask_token_embed: constant([1, dim], 0), ...Object.fromEntries(tables) }),
    ...affineSpecs('out_x_proj', [digits * values, dim]),
  };
}

/** How many numbers the parameters of a model of this size hold. */
export function genieParameterCount(config: GenieConfig): number {
  return Object.values(genieParameterSpecs(config)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Parameters before training, the same for the same seed. */
export function initGenie(config: GenieConfig, seed: number): Parameters {
  return drawParameters(genieParameterSpecs(config), seed);
}

/**
 * A record of tensors as the parameters of a model of this size.
 *
 * @throws StTransformerError `PARAMETERS` where one is missing, too many, or of another shape
 */
export function asGenieParameters(config: GenieConfig, parameters: Parameters): GenieParameters {
  checkParameters(genieParameterSpecs(config), parameters);
  return parameters as unknown as GenieParameters; // all names and shapes have just been checked
}

function blockSpecs({ dim, mlpRatio, heads, ...config }: GenieConfig): ParameterSpecs {
  const hidden = Math.trunc(dim * mlpRatio);
  const pre = (name: string) => (config.normalisation === 'pre' ? normSpecs(name, dim) : {});
  const attention = (name: string): ParameterSpecs => ({
    ...linearSpecs(`${name}.qkv`, [3 * dim, dim], config.qkvBias),
    ...linearSpecs(`${name}.proj`, [dim, dim], config.projBias),
    ...(config.normalisation === 'qk' ? normSpecs(`${name}.norm`, dim / heads) : {}),
  });
  return {
    ...pre('norm1'),
    ...attention('spatial_attn'),
    ...attention('temporal_attn'),
    ...pre('norm2'),
    ...linearSpecs('mlp.fc1', [hidden, dim], config.mlpBias),
    ...linearSpecs('mlp.fc2', [dim, hidden], config.mlpBias),
  };
}

function linearSpecs(name: string, shape: readonly [number, number], bias: boolean): ParameterSpecs {
  return bias ? affineSpecs(name, shape) : { [`${name}.weight`]: normal(shape) };
}
