import type { tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nameParameters } from '@borealis/training';
import type { VideoVaeConfig } from './config.ts';
import { VideoVaeError } from './errors.ts';
import { parameterSpecs } from './parameter-specs.ts';
import { shapeInMemory } from './published-layout.ts';

/** Kernel `[t h w in out]`, or `[h w in out]` where it sees single frames. */
export type Convolution = { readonly weight: tf.Tensor; readonly bias: tf.Tensor };

/** `[c]` */
export type Gain = { readonly gamma: tf.Tensor };

export type ResidualBlock = {
  readonly norm1: Gain;
  readonly conv1: Convolution;
  readonly norm2: Gain;
  readonly conv2: Convolution;
  /** Where the number of channels changes. */
  readonly conv_shortcut?: Convolution;
};

export type AttentionBlock = {
  readonly norm: Gain;
  readonly to_qkv: Convolution;
  readonly proj: Convolution;
};

export type MiddleBlock = {
  readonly resnets: { readonly '0': ResidualBlock; readonly '1': ResidualBlock };
  readonly attentions: { readonly '0': AttentionBlock };
};

/** The step between two levels: `resample` in space, then or before it `time_conv` in time. */
export type Resample = {
  readonly resample: { readonly '1': Convolution };
  readonly time_conv?: Convolution;
};

export type DownBlock = {
  readonly resnets: Readonly<Record<string, ResidualBlock>>;
  readonly downsampler?: Resample;
};

export type UpBlock = {
  readonly resnets: Readonly<Record<string, ResidualBlock>>;
  readonly upsampler?: Resample;
};

export type EncoderParameters = {
  readonly conv_in: Convolution;
  readonly down_blocks: Readonly<Record<string, DownBlock>>;
  readonly mid_block: MiddleBlock;
  readonly norm_out: Gain;
  readonly conv_out: Convolution;
};

export type DecoderParameters = {
  readonly conv_in: Convolution;
  readonly mid_block: MiddleBlock;
  readonly up_blocks: Readonly<Record<string, UpBlock>>;
  readonly norm_out: Gain;
  readonly conv_out: Convolution;
};

export type VideoVaeParameters = {
  readonly encoder: EncoderParameters;
  readonly quant_conv: Convolution;
  readonly post_quant_conv: Convolution;
  readonly decoder: DecoderParameters;
};

/**
 * A record of tensors as the parameters of a VAE of this size.
 *
 * @throws VideoVaeError `PARAMETERS` where one is missing, too many, or of another shape
 */
export function asVideoVaeParameters(config: VideoVaeConfig, parameters: Parameters): VideoVaeParameters {
  const specs = parameterSpecs(config);
  const named = nameParameters(parameters);
  for (const [name, published] of Object.entries(specs)) {
    const shape = shapeInMemory(published);
    const found = named[name];
    if (found?.shape.join() === shape.join()) continue;
    throw new VideoVaeError(
      'PARAMETERS',
      `${name} is ${found === undefined ? 'missing' : `[${found.shape.join()}]`}, this configuration needs ` +
        `[${shape.join()}]: parameters of another preset?`,
    );
  }
  const unknown = Object.keys(named).find((name) => !(name in specs));
  if (unknown !== undefined) {
    throw new VideoVaeError(
      'PARAMETERS',
      `${unknown} is no parameter of this configuration: parameters of another preset?`,
    );
  }
  return parameters as unknown as VideoVaeParameters; // all names and shapes have just been checked
}
