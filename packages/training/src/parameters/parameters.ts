import type { TensorTree } from '@borealis/tensor';
import { namedLeaves, tf } from '@borealis/tensor';

/** A model's parameters: a nested plain record whose dotted paths are the names in published checkpoints. */
export type Parameters = { readonly [key: string]: TensorTree };

/** The same, flat: dotted path → tensor. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** `{ layers: { 0: { weight } } }` → `{ 'layers.0.weight': … }`, in the order of the records. */
export function nameParameters(parameters: Parameters): NamedTensors {
  return Object.fromEntries(namedLeaves(parameters));
}

/** `{ 'layers.0.weight': … }` → `{ layers: { 0: { weight } } }`; the inverse of `nameParameters`. */
export function nestParameters(named: NamedTensors): Parameters {
  const root: Record<string, unknown> = {};
  for (const [path, tensor] of Object.entries(named)) {
    const keys = path.split('.');
    const last = keys.pop() ?? path;
    let node = root;
    for (const key of keys) node = (node[key] ??= {}) as Record<string, unknown>;
    node[last] = tensor;
  }
  return root as Parameters;
}

/** How many numbers the parameters hold. */
export function countParameters(parameters: Parameters): number {
  return namedLeaves(parameters).reduce((sum, [, tensor]) => sum + tensor.size, 0);
}

/** Those whose path `keep` accepts, and the others. */
export function partition(
  named: NamedTensors,
  keep: (path: string) => boolean,
): { readonly kept: NamedTensors; readonly rest: NamedTensors } {
  const entries = Object.entries(named);
  return {
    kept: Object.fromEntries(entries.filter(([path]) => keep(path))),
    rest: Object.fromEntries(entries.filter(([path]) => !keep(path))),
  };
}

/** The same names with `fn` of each tensor. */
export function mapNamed(
  named: NamedTensors,
  fn: (tensor: tf.Tensor, path: string) => tf.Tensor,
): NamedTensors {
  return Object.fromEntries(Object.entries(named).map(([path, tensor]) => [path, fn(tensor, path)]));
}

export function disposeNamed(named: NamedTensors): void {
  tf.dispose(Object.values(named));
}
