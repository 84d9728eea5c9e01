import type { CosmosConfig } from './cosmos-config.ts';

/** What is halved or doubled between two levels. */
export interface Halving {
  readonly space: boolean;
  readonly time: boolean;
}

/** What the encoder halves after a level. */
export function halvingAfter(config: CosmosConfig, level: number): Halving {
  const { space, time } = halvingsOf(config);
  return { space: level < space, time: level < time };
}

/**
 * What the decoder doubles after a level. Not the mirror of the encoder (DecoderFactorized, `legacy_mode` off): doublings
 * in time begin one level later, and take those in space along.
 */
export function doublingAfter(config: CosmosConfig, level: number): Halving {
  const halvings = halvingsOf(config);
  const stage = config.channelMultipliers.length - 1 - level;
  const time = stage > 0 && stage <= halvings.time;
  return { time, space: time || (stage < halvings.space && halvings.space > halvings.time) };
}

/** Halvings that remain after the patches. */
function halvingsOf({ patchSize, spatialCompression, temporalCompression }: CosmosConfig) {
  return {
    space: Math.log2(spatialCompression / patchSize),
    time: Math.log2(temporalCompression / patchSize),
  };
}
