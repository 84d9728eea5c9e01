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

/**
 * The levels whose shortcuts can't share their channels out evenly, in words. On the way down, blocks of neighbours become
 * channels, and groups of these are averaged; on the way up, channels are repeated to become neighbours.
 */
export function unevenLevels(config: VideoVaeConfig): string[] {
  const { encoder, decoder } = levelsOf(config);
  const neighbours = (space: boolean, time: boolean) => (space ? 4 : 1) * (time ? 2 : 1);
  const down = encoder
    .filter((level) => {
      const channels = level.inChannels * neighbours(level.halvesSpace, level.halvesTime);
      return channels % level.outChannels !== 0;
    })
    .map(({ inChannels, outChannels }) => `${inChannels} → ${outChannels} in the encoder`);
  const up = decoder
    .filter((level) => {
      const channels = level.outChannels * neighbours(true, level.doublesTime);
      return level.doublesSpace && channels % level.inChannels !== 0;
    })
    .map(({ inChannels, outChannels }) => `${inChannels} → ${outChannels} in the decoder`);
  return [...down, ...up];
}
