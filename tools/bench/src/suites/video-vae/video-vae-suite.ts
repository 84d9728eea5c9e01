import type { Suite } from '../suite.ts';
import { largeVideoRows, lastFrameRows, wholeVideoRows } from './coding-rows.ts';
import { memoryRows } from './memory-rows.ts';

/** The Wan 2.2 VAE against diffusers' `AutoencoderKLWan` with equal weights. */
export const videoVaeSuite: Suite = {
  name: 'video-vae',
  peerPackages: ['diffusers'],
  rows: [...wholeVideoRows(), ...lastFrameRows(), ...memoryRows(), ...largeVideoRows()],
};
