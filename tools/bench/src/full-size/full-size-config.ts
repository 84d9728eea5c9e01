import type { DitSamplerConfig } from '@borealis/dit-sampler';
import { ditSamplerConfigSchema, presets } from '@borealis/dit-sampler';

/** The published transformer with the robot's states as input, as post-training begins with it; adapters aside. */
export function fullSizeConfig(changes: Partial<DitSamplerConfig> = {}): DitSamplerConfig {
  return ditSamplerConfigSchema.parse({ ...presets['wan2.2-ti2v-5b'], lora: null, ...changes });
}
