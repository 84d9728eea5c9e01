import type { Dataset } from '@borealis/dataset';
import type { TokenModel } from '@borealis/training';
import type { StBatch } from './batch.ts';
import { toBatch, windowFrames } from './batch.ts';
import type { StTransformerConfig } from './config.ts';
import { presets, stTransformerConfigSchema } from './config.ts';
import { StTransformerError } from './errors.ts';
import { FRAMES_PER_TRIPLE } from './grid-times.ts';
import { createPredictor } from './inference/predictor.ts';
import { init } from './init.ts';
import { loss } from './loss.ts';
import { stateNormalisation } from './state-statistics.ts';

/** The spatio-temporal transformer, as trainer, evaluator and command line load it. */
export const stTransformer: TokenModel<StTransformerConfig, StBatch> = {
  name: 'st-transformer',
  track: 'tokens',
  configSchema: stTransformerConfigSchema,
  presets,
  windowSpec: (config) => ({ frames: windowFrames(config), stride: FRAMES_PER_TRIPLE, content: 'tokens' }),
  adapt: (config, dataset) => ({ ...config, ...gridSizeOf(dataset) }),
  fitStatistics: (_, training) => Promise.resolve(stateNormalisation(training)),
  init,
  trainable: () => true,
  toBatch,
  loss,
  createPredictor,
};

function gridSizeOf(dataset: Dataset): { readonly gridHeight: number; readonly gridWidth: number } {
  if (dataset.tokenShape === undefined) {
    throw new StTransformerError(
      'DATASET',
      `${dataset.dir} holds pictures, not tokens: run \`borealis data tokenize\` first`,
    );
  }
  const [, gridHeight, gridWidth] = dataset.tokenShape;
  return { gridHeight, gridWidth };
}
