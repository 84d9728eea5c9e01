import type { VideoVaeConfig } from './config.ts';
import { levelsOf } from './levels.ts';

/** Name in the diffusers layout → shape there: kernels `[out in t h w]` or `[out in h w]`, gains `[c 1 1 1]`. */
export type PublishedShapes = Readonly<Record<string, readonly number[]>>;

const RGB = 3;

/** Every parameter of a VAE of this size, under the names and with the shapes of `AutoencoderKLWan`. */
export function parameterSpecs(config: VideoVaeConfig): PublishedShapes {
  const { zDim } = config;
  return {
    ...under('encoder', encoderShapes(config)),
    ...convolution('quant_conv', [2 * zDim, 2 * zDim, 1, 1, 1]),
    ...convolution('post_quant_conv', [zDim, zDim, 1, 1, 1]),
    ...under('decoder', decoderShapes(config)),
  };
}

/** How many numbers the parameters of a VAE of this size hold. */
export function countOf(config: VideoVaeConfig): number {
  return Object.values(parameterSpecs(config)).reduce((sum, shape) => sum + sizeOf(shape), 0);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function encoderShapes(config: VideoVaeConfig): PublishedShapes {
  const { encoder } = levelsOf(config);
  const first = encoder[0].inChannels;
  const last = encoder.at(-1)?.outChannels ?? first;
  const levels = encoder.map((level, i) => ({
    ...under(`down_blocks.${i}`, residualBlocks(level.inChannels, level.outChannels, level.resnets)),
    ...(level.halvesSpace
      ? under(`down_blocks.${i}.downsampler`, {
          ...convolution('resample.1', [level.outChannels, level.outChannels, 3, 3]),
          ...(level.halvesTime
            ? convolution('time_conv', [level.outChannels, level.outChannels, 3, 1, 1])
            : {}),
        })
      : {}),
  }));
  return {
    ...convolution('conv_in', [first, RGB * config.patchSize ** 2, 3, 3, 3]),
    ...together(levels),
    ...under('mid_block', middle(last)),
    ...gain('norm_out', last),
    ...convolution('conv_out', [2 * config.zDim, last, 3, 3, 3]),
  };
}

function decoderShapes(config: VideoVaeConfig): PublishedShapes {
  const { decoder } = levelsOf(config);
  const first = decoder[0].inChannels;
  const last = decoder.at(-1)?.outChannels ?? first;
  const levels = decoder.map((level, i) => ({
    ...under(`up_blocks.${i}`, residualBlocks(level.inChannels, level.outChannels, level.resnets)),
    ...(level.doublesSpace
      ? under(`up_blocks.${i}.upsampler`, {
          ...convolution('resample.1', [level.outChannels, level.outChannels, 3, 3]),
          ...(level.doublesTime
            ? convolution('time_conv', [2 * level.outChannels, level.outChannels, 3, 1, 1])
            : {}),
        })
      : {}),
  }));
  return {
    ...convolution('conv_in', [first, config.zDim, 3, 3, 3]),
    ...under('mid_block', middle(first)),
    ...together(levels),
    ...gain('norm_out', last),
    ...convolution('conv_out', [RGB * config.patchSize ** 2, last, 3, 3, 3]),
  };
}

function middle(channels: number): PublishedShapes {
  return {
    ...residualBlocks(channels, channels, 2),
    ...under('attentions.0', {
      'norm.gamma': [channels, 1, 1],
      ...convolution('to_qkv', [3 * channels, channels, 1, 1]),
      ...convolution('proj', [channels, channels, 1, 1]),
    }),
  };
}

function residualBlocks(inChannels: number, outChannels: number, count: number): PublishedShapes {
  const blocks = Array.from({ length: count }, (_, i) => {
    const from = i === 0 ? inChannels : outChannels;
    return under(`resnets.${i}`, {
      ...gain('norm1', from),
      ...convolution('conv1', [outChannels, from, 3, 3, 3]),
      ...gain('norm2', outChannels),
      ...convolution('conv2', [outChannels, outChannels, 3, 3, 3]),
      ...(from === outChannels ? {} : convolution('conv_shortcut', [outChannels, from, 1, 1, 1])),
    });
  });
  return together(blocks);
}

function together(parts: readonly PublishedShapes[]): PublishedShapes {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}

function convolution(name: string, shape: readonly [number, ...number[]]): PublishedShapes {
  return { [`${name}.weight`]: shape, [`${name}.bias`]: [shape[0]] };
}

function gain(name: string, channels: number): PublishedShapes {
  return { [`${name}.gamma`]: [channels, 1, 1, 1] };
}

function under(path: string, shapes: PublishedShapes): PublishedShapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${path}.${name}`, shape]));
}
