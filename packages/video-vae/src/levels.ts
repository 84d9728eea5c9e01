import type { VideoVaeConfig } from './config.ts';

/** A resolution of the encoder: residual blocks, then a step down. */
export interface EncoderLevel {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly resnets: number;
  readonly halvesSpace: boolean;
  readonly halvesTime: boolean;
}

/** A resolution of the decoder: residual blocks, then a step up. */
export interface DecoderLevel {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly resnets: number;
  readonly doublesSpace: boolean;
  readonly doublesTime: boolean;
}

type AtLeastOne<T> = readonly [T, ...T[]];

/** Widths and steps of both halves, in the order in which data passes them. */
export function levelsOf(config: VideoVaeConfig): {
  readonly encoder: AtLeastOne<EncoderLevel>;
  readonly decoder: AtLeastOne<DecoderLevel>;
} {
  const { baseDim, decoderBaseDim, dimMult, numResBlocks, temporalDownsample } = config;
  const down = [1, ...dimMult];
  const up = [dimMult.at(-1) ?? 1, ...dimMult.toReversed()];
  const temporalUpsample = temporalDownsample.toReversed();
  const last = dimMult.length - 1;
  const encoder = dimMult.map((multiple, i) => ({
    inChannels: baseDim * (down[i] ?? 1),
    outChannels: baseDim * multiple,
    resnets: numResBlocks,
    halvesSpace: i < last,
    halvesTime: temporalDownsample[i] ?? false,
  }));
  const decoder = dimMult.map((_, i) => ({
    inChannels: decoderBaseDim * (up[i] ?? 1),
    outChannels: decoderBaseDim * (up[i + 1] ?? 1),
    resnets: numResBlocks + 1,
    doublesSpace: i < last,
    doublesTime: temporalUpsample[i] ?? false,
  }));
  return {
    encoder: encoder as unknown as AtLeastOne<EncoderLevel>, // the schema asks for one level at least
    decoder: decoder as unknown as AtLeastOne<DecoderLevel>,
  };
}
