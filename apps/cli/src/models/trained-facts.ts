import type { TrainedModel } from '@borealis/trainer';
import { countParameters } from '@borealis/training';
import type { TokenRunFacts } from '../evaluate/token-recipe.ts';
import { parametersHash } from './parameters-hash.ts';

/** What is told of a trained model under this name. Reads all of its parameters. */
export function trainedFacts(
  name: string,
  { parameters, origin }: Pick<TrainedModel, 'parameters' | 'origin'>,
): TokenRunFacts {
  return {
    ...{ name, parameterCount: countParameters(parameters), step: origin.step },
    weights: parametersHash(parameters),
    training: origin.data,
    validation: origin.validation,
  };
}
