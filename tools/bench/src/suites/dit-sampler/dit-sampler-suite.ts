import type { Suite } from '../suite.ts';
import { loraTrainingRow } from './lora-training.ts';
import { samplerStepRow } from './sampler-step.ts';

/** The Wan 2.2 transformer against diffusers' `WanTransformer3DModel` with equal weights. */
export const ditSamplerSuite: Suite = {
  name: 'dit-sampler',
  peerPackages: ['diffusers'],
  rows: [samplerStepRow(), loraTrainingRow()],
};
