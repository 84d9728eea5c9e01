import type { CosmosConfig } from './cosmos-config.ts';

/** Name in the public code → shape as published: kernels `[out in kt kh kw]`. */
export type CosmosShapes = ReadonlyMap<string, readonly number[]>;

type Shapes = [name: string, shape: readonly number[]][];

/** Every parameter of a tokenizer of this size, in the public code's order; nothing is allocated. */
export function cosmosShapes(config: CosmosConfig): CosmosShapes {
  const { latentChannels, levels } = config;
  return new Map([
    ...under('encoder', encoderShapes(config)),
    ...under('decoder', decoderShapes(config)),
    ...under('quant_conv', conv([levels.length, latentChannels])),
    ...under('post_quant_conv', conv([latentChannels, levels.length])),
  ]);
}

/** How many numbers the parameters hold. */
export function cosmosParameterCount(config: CosmosConfig): number {
  const sizes = [...cosmosShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  return sizes.reduce((a, b) => a + b, 0);
}

function encoderShapes(config: CosmosConfig): Shapes {
  const { channels, channelMultipliers, residualBlocks, latentChannels } = config;
  const widths = channelMultipliers.map((multiplier) => multiplier * channels);
  const last = widths.at(-1) ?? channels;
  return [
    ...under('conv_in', pair([channels, patchChannels(config)])),
    ...widths.flatMap((width, i) => [
      ...under(`down.${i}.block`, blocks(widths[i - 1] ?? channels, width, residualBlocks)),
      ...(i === widths.length - 1 ? [] : under(`down.${i}.downsample`, resampling(width, 'space'))),
    ]),
    ...under('mid', middle(last)),
    ...under('norm_out', norm(last)),
    ...under('conv_out', pair([latentChannels, last])),
  ];
}

function decoderShapes(config: CosmosConfig): Shapes {
  const { channels, channelMultipliers, residualBlocks, latentChannels } = config;
  const widths = channelMultipliers.map((multiplier) => multiplier * channels);
  const last = widths.at(-1) ?? channels;
  return [
    ...under('conv_in', pair([last, latentChannels])),
    ...under('mid', middle(last)),
    ...widths.flatMap((width, i) => [
      ...under(`up.${i}.block`, blocks(widths[i + 1] ?? last, width, residualBlocks + 1)),
      ...(i === 0 ? [] : under(`up.${i}.upsample`, resampling(width, 'time'))),
    ]),
    ...under('norm_out', norm(widths[0] ?? channels)),
    ...under('conv_out', pair([patchChannels(config), widths[0] ?? channels])),
  ];
}

function patchChannels({ pictureChannels, patchSize }: CosmosConfig): number {
  return pictureChannels * patchSize ** 3;
}

function middle(width: number): Shapes {
  const attention = [
    ...under('norm', norm(width)),
    ...['q', 'k', 'v', 'proj_out'].flatMap((name) => under(name, conv([width, width]))),
  ];
  return [
    ...under('block_1', residual(width, width)),
    ...under('attn_1.0', attention),
    ...under('attn_1.1', attention),
    ...under('block_2', residual(width, width)),
  ];
}

/** The first block of a level changes the width. */
function blocks(from: number, to: number, count: number): Shapes {
  return Array.from({ length: count }, (_, i) => under(`${i}`, residual(i === 0 ? from : to, to))).flat();
}

function residual(from: number, to: number): Shapes {
  return [
    ...under('norm1', norm(from)),
    ...under('conv1', pair([to, from])),
    ...under('norm2', norm(to)),
    ...under('conv2', pair([to, to])),
    ...(from === to ? [] : under('nin_shortcut', conv([to, from]))),
  ];
}

/** Going down, conv1 is over space; going up, over time. */
function resampling(width: number, first: 'space' | 'time'): Shapes {
  const kernels = first === 'space' ? [SPACE, TIME] : [TIME, SPACE];
  return [
    ...under('conv1', conv([width, width], kernels[0])),
    ...under('conv2', conv([width, width], kernels[1])),
    ...under('conv3', conv([width, width])),
  ];
}

const SPACE = [1, 3, 3];
const TIME = [3, 1, 1];

function pair([to, from]: readonly [number, number]): Shapes {
  return [...under('0', conv([to, from], SPACE)), ...under('1', conv([to, to], TIME))];
}

function conv([to, from]: readonly [number, number], kernel: readonly number[] = [1, 1, 1]): Shapes {
  return under('conv3d', [
    ['weight', [to, from, ...kernel]],
    ['bias', [to]],
  ]);
}

function norm(width: number): Shapes {
  return under('norm', [
    ['weight', [width]],
    ['bias', [width]],
  ]);
}

function under(path: string, shapes: Shapes): Shapes {
  return shapes.map(([name, shape]) => [`${path}.${name}`, shape]);
}
