import { tf, toFloat32 } from '@borealis/tensor';
import { TrainingError } from '../errors.ts';
import type { ParameterShapes } from '../parameters/parameter-shapes.ts';
import type { NamedTensors } from '../parameters/parameters.ts';

/** Weights that training starts from, in place of those that a seed draws. */
export interface StartingWeights {
  /** For messages. */
  readonly location: string;
  /** By dotted path; whoever loads them disposes them. */
  load(): Promise<ReadonlyMap<string, tf.Tensor>>;
}

export interface StartReport {
  readonly location: string;
  /** How many parameters were there. */
  readonly loaded: number;
  /** Those that were not, and stay as drawn. */
  readonly fresh: readonly string[];
}

/**
 * A model's parameters from the weights that are there; the others are drawn: adapters, a conditioning that the pretrained
 * model had not. Those that train are widened to float32, frozen ones held as they were stored.
 *
 * @throws TrainingError `PARAMETER_UNEXPECTED` for a weight that the model lacks, `PARAMETER_SHAPE` for one of another
 * shape or dtype
 */
export async function startFrom(
  weights: StartingWeights,
  model: {
    readonly shapes: ParameterShapes;
    /** Gives at least those whose path `only` accepts. */
    readonly draw: (only: (path: string) => boolean) => NamedTensors;
    readonly trainable: (path: string) => boolean;
  },
): Promise<{ readonly parameters: NamedTensors; readonly report: StartReport }> {
  const { shapes, draw, trainable } = model;
  const loaded = await weights.load();
  try {
    for (const [path, tensor] of loaded) checkFits(weights.location, path, tensor, shapes[path]);
  } catch (error) {
    tf.dispose([...loaded.values()]);
    throw error;
  }
  const fresh = Object.keys(shapes).filter((path) => !loaded.has(path));
  const drawn = fresh.length === 0 ? {} : draw((path) => !loaded.has(path));
  const parameters = Object.keys(shapes).map((path) => {
    const found = loaded.get(path);
    const own = drawn[path];
    if (found === undefined) return [path, own as tf.Tensor] as const;
    own?.dispose();
    return [path, trainable(path) ? widened(found) : found] as const;
  });
  const report = { location: weights.location, loaded: loaded.size, fresh };
  return { parameters: Object.fromEntries(parameters), report };
}

function widened(tensor: tf.Tensor): tf.Tensor {
  const wide = toFloat32(tensor);
  if (wide !== tensor) tensor.dispose();
  return wide;
}

function checkFits(
  location: string,
  path: string,
  found: tf.Tensor,
  wanted: ParameterShapes[string] | undefined,
): void {
  if (wanted === undefined) {
    throw new TrainingError(
      'PARAMETER_UNEXPECTED',
      `${location} holds ${path}, but the model has no such parameter: start it with the same configuration`,
    );
  }
  const form = ({ dtype, shape }: ParameterShapes[string]) => `${dtype} [${shape.join()}]`;
  if (form(found) === form(wanted)) return;
  throw new TrainingError(
    'PARAMETER_SHAPE',
    `${location} holds ${path} as ${form(found)}, the model's is ${form(wanted)}: start it with the same configuration`,
  );
}
