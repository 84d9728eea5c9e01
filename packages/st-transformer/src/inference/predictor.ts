import type { TokenGrids, Window } from '@borealis/dataset';
import type {
  CodeChoice,
  Parameters,
  PredictorOptions,
  Statistics,
  TokenPredictor,
} from '@borealis/training';
import type { StTransformerConfig } from '../config.ts';
import { vocabularyOf } from '../vocabulary/vocabulary.ts';
import { asStTransformerParameters } from '../parameters.ts';
import { compileModel } from './compiled-model.ts';
import { generate } from './generate.ts';
import { predictGrids } from './predict-grids.ts';

/** A predictor that also continues many windows together. */
export interface StPredictor extends TokenPredictor {
  generate(windows: readonly Window[], count: number, choice?: CodeChoice): Promise<TokenGrids[]>;
}

/**
 * Predictions of one set of parameters. Autoregressive over grids, parallel over places: grid t + 1 is predicted from
 * what the model knows at grid t, all places at once; keys and values of the grids before are kept.
 *
 * The parameters stay the caller's; `dispose` lets go of the compiled functions alone.
 *
 * @throws StTransformerError `PARAMETERS`; the functions `WINDOW`, `OPTION`, `STATISTICS`
 */
export function createPredictor(
  config: StTransformerConfig,
  parameters: Parameters,
  statistics: Statistics,
  options: PredictorOptions = {},
): StPredictor {
  const model = compileModel(config, asStTransformerParameters(config, parameters), options);
  const inference = { config, statistics, model };
  return {
    classes: vocabularyOf(config).size,
    contextGrids: config.contextGrids,
    grids: config.timeSteps + 1,
    predict: (windows, options) => predictGrids(inference, windows, options),
    generate: (windows, count, choice) => generate(inference, windows, count, choice),
    rollOut: async (window, count, choice) => {
      const [grids] = await generate(inference, [window], count, choice);
      return grids as TokenGrids;
    },
    dispose: () => {
      model.dispose();
    },
  };
}
