import type { Parameters, Statistics, TokenPredictor } from '@borealis/training';
import type { StTransformerConfig } from '../config.ts';
import { vocabularyOf } from '../vocabulary/vocabulary.ts';
import { asStTransformerParameters } from '../parameters.ts';
import { compileModel } from './compiled-model.ts';
import { predictGrids } from './predict-grids.ts';
import { rollOut } from './roll-out.ts';

/**
 * Predictions of one set of parameters. Autoregressive over grids, parallel over places: grid t + 1 is predicted from
 * what the model knows at grid t, all places at once.
 *
 * The parameters stay the caller's; `dispose` lets go of the compiled functions alone.
 */
export function createPredictor(
  config: StTransformerConfig,
  parameters: Parameters,
  statistics: Statistics,
): TokenPredictor {
  const model = compileModel(config, asStTransformerParameters(config, parameters));
  const inference = { config, statistics, model };
  return {
    classes: vocabularyOf(config).size,
    contextGrids: config.contextGrids,
    grids: config.timeSteps + 1,
    predict: (windows, options) => predictGrids(inference, windows, options),
    rollOut: (window, count) => rollOut(inference, window, count),
    dispose: () => {
      model.dispose();
    },
  };
}
