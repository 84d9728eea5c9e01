import type { tf } from '@borealis/tensor';

/** A convolution: kernel `[kt kh kw in out]`, bias `[out]`. */
export type Conv = { readonly conv3d: { readonly weight: tf.Tensor; readonly bias: tf.Tensor } };

/** Kernel (1, 3, 3), then (3, 1, 1). */
export type ConvPair = { readonly 0: Conv; readonly 1: Conv };

/** Gain and bias of each channel. */
export type FrameNorm = { readonly norm: { readonly weight: tf.Tensor; readonly bias: tf.Tensor } };

export type ResidualBlock = {
  readonly norm1: FrameNorm;
  readonly conv1: ConvPair;
  readonly norm2: FrameNorm;
  readonly conv2: ConvPair;
  /** Where the channel count changes. */
  readonly nin_shortcut?: Conv;
};

export type Attention = {
  readonly norm: FrameNorm;
  readonly q: Conv;
  readonly k: Conv;
  readonly v: Conv;
  readonly proj_out: Conv;
};

export type Middle = {
  readonly block_1: ResidualBlock;
  /** Over space, then over time. */
  readonly attn_1: { readonly 0: Attention; readonly 1: Attention };
  readonly block_2: ResidualBlock;
};

/** conv1 over space and conv2 over time where it goes down; the other way round where it goes up; conv3 is 1×1×1. */
export type Resampling = { readonly conv1: Conv; readonly conv2: Conv; readonly conv3: Conv };

export type EncoderLevel = {
  readonly block: Readonly<Record<number, ResidualBlock>>;
  readonly downsample?: Resampling;
};
export type DecoderLevel = {
  readonly block: Readonly<Record<number, ResidualBlock>>;
  readonly upsample?: Resampling;
};

export type CosmosEncoder = {
  readonly conv_in: ConvPair;
  readonly down: Readonly<Record<number, EncoderLevel>>;
  readonly mid: Middle;
  readonly norm_out: FrameNorm;
  readonly conv_out: ConvPair;
};
export type CosmosDecoder = {
  readonly conv_in: ConvPair;
  readonly mid: Middle;
  readonly up: Readonly<Record<number, DecoderLevel>>;
  readonly norm_out: FrameNorm;
  readonly conv_out: ConvPair;
};

/** All parameters; dotted paths are the names of the public code (cosmos_tokenizer/modules/layers3d.py). */
export type CosmosParameters = {
  readonly encoder: CosmosEncoder;
  readonly decoder: CosmosDecoder;
  readonly quant_conv: Conv;
  readonly post_quant_conv: Conv;
};
