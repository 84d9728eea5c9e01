import type { Model } from '../model-contract.ts';
import { disposeNamed, nameParameters } from './parameters.ts';

/** Shape and dtype of each parameter, by dotted path. */
export type ParameterShapes = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly dtype: string }>
>;

/** What a model's parameters look like: what it says of itself, else seen on parameters that are let go at once. */
export function parameterShapes<Config>(
  model: Pick<Model<Config>, 'init' | 'shapes'>,
  config: Config,
): ParameterShapes {
  if (model.shapes !== undefined) return model.shapes(config);
  const drawn = nameParameters(model.init(config, 0));
  const shapes = Object.entries(drawn).map(([path, { shape, dtype }]) => [path, { shape, dtype }] as const);
  disposeNamed(drawn);
  return Object.fromEntries(shapes);
}
