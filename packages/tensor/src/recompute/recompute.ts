import * as tf from '@tensorflow/tfjs-core';
import { within } from '../compile/node-origin.ts';
import { TensorError } from '../errors.ts';
import type { TensorTree, TreeStructure } from '../tree/tensor-tree.ts';
import { flatten, unflatten } from '../tree/tensor-tree.ts';
import { awaitedNext, holdBack } from './hold-back.ts';
import { withInputFilter } from './kernel-inputs.ts';

interface CustomOperation {
  readonly forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor[];
  readonly backwardsFunc: (
    dy: tf.Tensor | tf.Tensor[],
    saved: tf.Tensor[],
  ) => Record<string, () => tf.Tensor>;
  readonly inputs: Record<string, tf.Tensor>;
}

interface TapeNode {
  /** In the copy that tfjs differentiates: only those whose gradient somebody wants. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  gradient: (this: TapeNode, dys: tf.Tensor[]) => Record<string, () => tf.Tensor>;
}

/** The parts of tfjs's engine that an operation with several results and a gradient of its own needs. */
interface GradientEngine {
  readonly state: { activeTape: TapeNode[] | null };
  isTapeOn(): boolean;
  runKernelFunc(operation: CustomOperation): tf.Tensor[];
  gradients(
    f: () => tf.Tensor,
    xs: tf.Tensor[],
    dy: tf.Tensor | undefined,
    allowNoGradients: boolean,
  ): { grads: (tf.Tensor | null | undefined)[] };
}

/**
 * Activation recomputation (Chen et al. 2016): of what `fn` computes, the backward pass keeps its arguments only, and
 * computes the rest again when the gradient arrives. A network of n such blocks then holds the activations of one block
 * and n inputs, for a third more arithmetic. As `torch.utils.checkpoint`.
 *
 * Gradients flow to the arguments, and to tensors from outside that `fn` uses: parameters may be either. Works in
 * compiled functions, where TensorFlow is kept from merging the two computations, and op by op; may be nested.
 *
 * `fn` runs twice and must do the same both times: tensors in, tensors out; seeds come in as tensors.
 *
 * @throws TensorError `RANDOM_WHILE_RECOMPUTING` where `fn` draws from `Math.random` (`tf.dropout` without a seed)
 */
export function recompute<Args extends readonly TensorTree[], Result extends TensorTree>(
  fn: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const engine = tf.engine() as unknown as GradientEngine;
    return engine.isTapeOn() ? runRecomputed(engine, fn, args) : fn(...args);
  };
}

function runRecomputed<Args extends readonly TensorTree[], Result extends TensorTree>(
  engine: GradientEngine,
  fn: (...args: Args) => Result,
  args: Args,
): Result {
  const { tensors, structure } = flatten(args);
  const inputs: Record<string, tf.Tensor> = Object.fromEntries(tensors.map((tensor, i) => [`${i}`, tensor]));
  let resultStructure: TreeStructure = null;
  let wanted: ReadonlySet<string> = new Set();

  const forwardFunc: CustomOperation['forwardFunc'] = (_, save) => {
    const { result, captured } = watchForCaptured(Object.values(inputs), () => ownTensors(fn(...args)));
    resultStructure = result.structure;
    captured.forEach((tensor, i) => (inputs[`captured ${i}`] = tensor));
    save(Object.values(inputs));
    return result.tensors;
  };

  const backwardsFunc: CustomOperation['backwardsFunc'] = (dy, saved) => {
    const dys = Array.isArray(dy) ? dy : [dy];
    const held = holdBack(saved, dys);
    const heldFor = new Map(Object.values(inputs).map((input, i) => [input.id, held[i] as tf.Tensor]));
    const again = () => {
      const again = fn(...(unflatten(structure, held.slice(0, tensors.length)) as unknown as Args));
      return withGivenGradients(flatten(again).tensors, dys);
    };
    const names = Object.keys(inputs).filter((name) => wanted.has(name));
    const differentiated = Object.keys(inputs).flatMap((name, i) =>
      wanted.has(name) ? [held[i] as tf.Tensor] : [],
    );
    const outerTape = engine.state.activeTape; // tfjs knows one at a time
    let grads: (tf.Tensor | null | undefined)[];
    try {
      ({ grads } = withInputFilter(
        (tensor) => heldFor.get(tensor.id) ?? tensor,
        () => undisturbed(() => engine.gradients(again, differentiated, undefined, true)),
      ));
    } finally {
      engine.state.activeTape = outerTape;
    }
    return Object.fromEntries(
      names.map((name, i) => [
        name,
        () => awaitedNext(grads[i] ?? tf.zeros((inputs[name] as tf.Tensor).shape)),
      ]),
    );
  };

  const results = engine.runKernelFunc({ forwardFunc, backwardsFunc, inputs });
  const node = engine.state.activeTape?.at(-1);
  const gradient = node?.gradient;
  if (node !== undefined && gradient !== undefined) {
    node.gradient = function (dys) {
      wanted = new Set(Object.keys(this.inputs));
      return gradient.call(this, dys);
    };
  }
  return unflatten(resultStructure, results) as Result;
}

/** What `fn` takes from outside beside `given`. */
function watchForCaptured<T>(given: readonly tf.Tensor[], fn: () => T): { result: T; captured: tf.Tensor[] } {
  const before = newestTensorId();
  const known = new Set(given.map(({ id }) => id));
  const captured = new Map<number, tf.Tensor>();
  const result = withInputFilter(
    (tensor) => {
      if (tensor.id <= before && !known.has(tensor.id)) captured.set(tensor.id, tensor);
      return tensor;
    },
    () => undisturbed(fn),
  );
  return { result, captured: [...captured.values()] };
}

/** Ids rise with each tensor. */
function newestTensorId(): number {
  return tf.tidy(() => tf.scalar(0).id);
}

/** The tensors of a result; where it returns one of its inputs, or one twice, a tensor of its own. */
function ownTensors(result: TensorTree): { tensors: tf.Tensor[]; structure: TreeStructure } {
  const { tensors, structure } = flatten(result);
  return { tensors: tensors.map((tensor) => tf.clone(tensor)), structure };
}

/** A scalar whose gradient with respect to `results` is `dys`. */
function withGivenGradients(results: readonly tf.Tensor[], dys: readonly tf.Tensor[]): tf.Tensor {
  const pairs = results.flatMap((result, i) => (isFloat(result) ? [[result, dys[i]] as const] : []));
  const tied = tf.customGrad(() => ({
    value: tf.scalar(0),
    gradFunc: () => pairs.map(([, dy]) => dy as tf.Tensor),
  }));
  return tied(...pairs.map(([result]) => result));
}

function isFloat({ dtype }: tf.Tensor): boolean {
  return dtype === 'float32';
}

/** Lines are looked up anew inside of `fn`, and numbers that would differ the second time are refused. */
function undisturbed<T>(fn: () => T): T {
  const random = Math.random;
  Math.random = () => {
    throw new TensorError(
      'RANDOM_WHILE_RECOMPUTING',
      'Math.random() is called in a function that is recomputed (tf.randomNormal, tf.dropout … do without a seed), and would differ the second time: pass a seed, or the numbers, as a tensor',
    );
  };
  try {
    return within(undefined, fn);
  } finally {
    Math.random = random;
  }
}
