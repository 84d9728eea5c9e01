import type { GenieConfig } from './genie-config.ts';

/** Two digits of four values; trains in a moment. */
export const tinyGenie: GenieConfig = {
  dim: 16,
  layers: 1,
  heads: 2,
  mlpRatio: 2,
  places: 4,
  timeSteps: 4,
  codes: 16,
  digits: 2,
  normalisation: 'qk',
  qkvBias: false,
  projBias: true,
  mlpBias: true,
  mup: false,
  maxCorruptRate: 0.2,
  lateMaskRatio: 0.5,
  promptGrids: 2,
};
