import type { ModelOrigin } from '@borealis/training';

/** Of a model whose parameters were only drawn. */
export const untrained: ModelOrigin = {
  ...{ step: 0, seed: 0, settings: {}, data: 'no data' },
  ...{ validation: null, from: null, latents: null },
};
