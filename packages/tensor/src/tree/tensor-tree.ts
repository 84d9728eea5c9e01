import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';

/** Tensors in plain records and arrays, nested as one likes: parameters, batches, results. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** The shape of a tree without its tensors: what `unflatten` needs to build it again. */
export type TreeStructure = null | readonly TreeStructure[] | { readonly [key: string]: TreeStructure };

export interface FlatTree {
  readonly tensors: Tensor[];
  readonly structure: TreeStructure;
}

/** Tensors of a tree in a fixed order: arrays by index, records by insertion order of their keys. */
export function flatten(tree: TensorTree): FlatTree {
  const tensors: Tensor[] = [];
  const structure = collect(tree, tensors, '');
  return { tensors, structure };
}

function collect(tree: unknown, tensors: Tensor[], path: string): TreeStructure {
  if (tree instanceof tf.Tensor) {
    tensors.push(tree as Tensor);
    return null;
  }
  if (Array.isArray(tree)) {
    return (tree as readonly unknown[]).map((item, i) => collect(item, tensors, `${path}[${i}]`));
  }
  if (typeof tree === 'object' && tree !== null) {
    const record: Record<string, TreeStructure> = {};
    for (const [key, value] of Object.entries(tree)) record[key] = collect(value, tensors, `${path}.${key}`);
    return record;
  }
  throw new TensorError(
    'INVALID_ARGUMENT',
    `expected a tensor at ${path === '' ? 'the root' : path}, found ${typeof tree}: a number passed to a compiled ` +
      `function would be frozen into it, pass tf.scalar(…) instead`,
  );
}

/** The tree of `structure` with `tensors` as leaves, in the order of `flatten`. */
export function unflatten(structure: TreeStructure, tensors: readonly Tensor[]): TensorTree {
  let next = 0;
  const build = (node: TreeStructure): TensorTree => {
    if (node === null) {
      const tensor = tensors[next++];
      if (tensor === undefined)
        throw new TensorError('INVALID_ARGUMENT', 'fewer tensors than leaves in the tree');
      return tensor;
    }
    if (Array.isArray(node)) return (node as readonly TreeStructure[]).map(build);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, build(value)]));
  };
  return build(structure);
}

/** The same tree with `fn` of each tensor; `path` is dotted, as names in checkpoints are. */
export function mapTree(
  tree: TensorTree,
  fn: (tensor: Tensor, path: string) => Tensor,
  path = '',
): TensorTree {
  if (tree instanceof tf.Tensor) return fn(tree, path);
  const below = (key: string | number) => (path === '' ? `${key}` : `${path}.${key}`);
  if (Array.isArray(tree))
    return (tree as readonly TensorTree[]).map((item, i) => mapTree(item, fn, below(i)));
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, mapTree(value, fn, below(key))]),
  );
}

/** `[dotted path, tensor]` of each leaf. */
export function namedLeaves(tree: TensorTree): [string, Tensor][] {
  const leaves: [string, Tensor][] = [];
  mapTree(tree, (tensor, path) => {
    leaves.push([path, tensor]);
    return tensor;
  });
  return leaves;
}
