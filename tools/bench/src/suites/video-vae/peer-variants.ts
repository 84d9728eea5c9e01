import type { PeerVariant } from '../suite.ts';

/** Weights and activations of convolutions lying in memory as the processor's convolutions may like them better. */
export const CHANNELS_LAST: readonly PeerVariant[] = [
  { name: 'channels_last', variant: { channelsLast: true } },
];
