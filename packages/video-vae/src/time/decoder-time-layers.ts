import type { VideoVaeConfig } from '../config.ts';
import { levelsOf } from '../levels.ts';

/** A layer of the decoder that looks back in time. */
export interface TimeLayer {
  readonly layer: string;
  /** It gives two frames for each but the clip's first. */
  readonly doubles: boolean;
}

/** In the order of the data. */
export function decoderTimeLayers(config: VideoVaeConfig): readonly TimeLayer[] {
  const convolution = (layer: string): TimeLayer => ({ layer: `decoder.${layer}`, doubles: false });
  const resnet = (layer: string) => [convolution(`${layer}.conv1`), convolution(`${layer}.conv2`)];
  return [
    convolution('conv_in'),
    ...resnet('mid_block.resnets.0'),
    ...resnet('mid_block.resnets.1'),
    ...levelsOf(config).decoder.flatMap(({ resnets, doublesTime }, i) => [
      ...Array.from({ length: resnets }, (_, j) => resnet(`up_blocks.${i}.resnets.${j}`)).flat(),
      ...(doublesTime ? [{ layer: `decoder.up_blocks.${i}.upsampler.time_conv`, doubles: true }] : []),
    ]),
    convolution('conv_out'),
  ];
}
