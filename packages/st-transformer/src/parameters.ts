import type { tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nameParameters } from '@borealis/training';
import type { StTransformerConfig } from './config.ts';
import { StTransformerError } from './errors.ts';
import type { LayerParameters } from './layer.ts';
import type { Norm } from './norm.ts';
import type { ParameterSpecs } from './parameter-spec.ts';
import { parameterSpecs } from './parameter-specs.ts';
import type { StateParameters } from './state-embedding.ts';
import type { VocabularyParameters } from './vocabulary/vocabulary.ts';

export type StTransformerParameters = {
  readonly vocabulary: VocabularyParameters;
  /** `[t s c]` */
  readonly positions: tf.Tensor;
  readonly states: StateParameters;
  readonly layers: Readonly<Record<string, LayerParameters>>;
  readonly norm_out?: Norm;
};

/**
 * A record of tensors as the parameters of a model of this size.
 *
 * @throws StTransformerError `PARAMETERS` where one is missing, too many, or of another shape
 */
export function asStTransformerParameters(
  config: StTransformerConfig,
  parameters: Parameters,
): StTransformerParameters {
  checkParameters(parameterSpecs(config), parameters);
  return parameters as unknown as StTransformerParameters; // all names and shapes have just been checked
}

/** @throws StTransformerError `PARAMETERS` unless these are the names and shapes, no more and no fewer */
export function checkParameters(specs: ParameterSpecs, parameters: Parameters): void {
  const named = nameParameters(parameters);
  for (const [name, { shape }] of Object.entries(specs)) {
    const found = named[name];
    if (found?.shape.join() === shape.join()) continue;
    throw new StTransformerError(
      'PARAMETERS',
      `${name} is ${found === undefined ? 'missing' : `[${found.shape.join()}]`}, this configuration needs [${shape.join()}]: ` +
        'parameters of another preset?',
    );
  }
  const unknown = Object.keys(named).find((name) => !(name in specs));
  if (unknown !== undefined) {
    throw new StTransformerError(
      'PARAMETERS',
      `${unknown} is no parameter of this configuration: parameters of another preset?`,
    );
  }
}
