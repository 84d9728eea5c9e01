import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import { TensorError } from '../errors.ts';
import { storageDtype } from '../half/storage-dtype.ts';
import type { TensorTree, TreeStructure } from '../tree/tensor-tree.ts';
import { flatten, unflatten } from '../tree/tensor-tree.ts';
import { disposeDonated, ownMemory } from './donated-memory.ts';
import { functionConfig } from './function-config.ts';
import type { Interception } from './interception.ts';
import type { Recorded, Recording } from './record-function.ts';
import { recordFunction } from './record-function.ts';
import { explainFailure, forgetNodes } from './recorded-nodes.ts';
import { noteWithoutBfloat16 } from './note-without-bfloat16.ts';
import type { Precision } from './recorder.ts';
import { watchSignatures } from './signature-watch.ts';

export interface CompileOptions {
  /** Shown in errors and traces. Default: the function's own name. */
  readonly name?: string;
  /**
   * `bf16`: products in bfloat16, the rest in float32, as PyTorch's autocast. Where the processor has no such products,
   * the same numbers are computed in float32. Default `f32`.
   */
  readonly precision?: Precision;
  /** Compile with XLA. Default false: on CPU, TensorFlow's own executor was faster wherever it was measured. */
  readonly xla?: boolean;
  /**
   * Positions of arguments whose memory the results may take (optimizer state, say): the call disposes their tensors.
   * Where a call fails, they may be half overwritten.
   */
  readonly donate?: readonly number[];
  /** Recordings kept for different shapes; the one unused for longest goes first. Default 16. */
  readonly maxSignatures?: number;
  /**
   * Told once where the arguments' shapes keep changing, and once in a process where bfloat16 brings no speed. Default: a
   * line on standard error.
   */
  readonly onNotice?: (message: string) => void;
}

export interface Compiled<Args extends readonly TensorTree[], Result extends TensorTree> {
  (...args: Args): Result;
  /** Records for these arguments without running; replayed by later calls with equal shapes. */
  prepare(...args: Args): Recording | undefined;
  /** Forgets all recordings and lets go of captured tensors. */
  dispose(): void;
}

/**
 * Records `fn` once for each signature (structure, dtypes and shapes of its arguments) as one TensorFlow function, and
 * replays it from then on: operations fused and scheduled by TensorFlow, buffers reused and freed early.
 *
 * `fn` takes and returns trees of tensors. Everything else it computes with is frozen at recording: what changes from
 * call to call (step, learning rate, noise) must come in as a tensor. Tensors from outside that it uses are captured
 * with the data they have then. Gradients (`tf.grads`) are recorded like anything else.
 *
 * Where the native extension is absent (the WASM backend, tfjs-node's own addon), `fn` runs as it is.
 *
 * @throws TensorError `READ_WHILE_RECORDING`, `RANDOM_WHILE_RECORDING`, `RECORDING_FAILED`, `BACKEND_NOT_STARTED`
 */
export function compile<Args extends readonly TensorTree[], Result extends TensorTree>(
  fn: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  const name = options.name ?? (fn.name === '' ? 'anonymous' : fn.name);
  const config = functionConfig({ xla: options.xla === true });
  const maxSignatures = options.maxSignatures ?? 16;
  const entries = new Map<string, Recorded>(); // in order of last use
  const onNotice = options.onNotice ?? ((message: string) => console.error(message));
  const watch = watchSignatures({ name, maxSignatures, onNotice });
  const donated = (args: Args): tf.Tensor[] =>
    (options.donate ?? []).flatMap((position) => flatten(args[position] as TensorTree).tensors);

  function entryFor(interception: Interception, args: Args): { entry: Recorded; inputs: tf.Tensor[] } {
    const { tensors, structure } = flatten(args);
    const signature = signatureOf(tensors, structure);
    let entry = entries.get(signature);
    if (entry === undefined) {
      if (options.precision === 'bf16') noteWithoutBfloat16(interception.native, onNotice);
      entry = recordFunction(interception, fn, {
        name,
        tensors,
        structure,
        signature,
        xla: options.xla ?? false,
        precision: options.precision ?? 'f32',
        donated: new Set(donated(args)),
      });
      watch.recorded(tensors, structure, entry.recording.milliseconds);
      evict(interception);
    } else {
      entries.delete(signature);
    }
    entries.set(signature, entry);
    return { entry, inputs: tensors };
  }

  function evict(interception: Interception): void {
    while (entries.size >= maxSignatures) {
      const [oldest] = entries.keys();
      if (oldest === undefined) return;
      forget(interception, oldest);
    }
  }

  function forget(interception: Interception, signature: string): void {
    const entry = entries.get(signature);
    if (entry === undefined) return;
    entries.delete(signature);
    interception.native.removeFunction(entry.recorded.name);
    forgetNodes(entry.recorded.recording);
    for (const id of entry.recorded.capturedIds) interception.native.deleteTensor(id);
  }

  const compiled = (...args: Args): Result => {
    const interception = activeInterception();
    // Becomes part of the outer recording; or of a gradient that is taken op by op, which sees no replay's inside.
    if (interception?.isRecording() === true || tf.engine().isTapeOn()) return fn(...args);
    if (interception === undefined) {
      const result = tf.tidy(() => fn(...args) as tf.TensorContainer) as Result;
      disposeDonated(donated(args), result);
      return result;
    }
    const { entry, inputs } = entryFor(interception, args);
    const { backend, native } = interception;
    const given = donated(args);
    const inputIds = backend.getInputTensorIds(inputs);
    const copies = ownMemory(interception, given);
    const ids = [...inputIds.map((id) => copies.get(id) ?? id), ...entry.recorded.capturedIds];
    let outputs;
    try {
      outputs = native.callFunction(entry.recorded.name, ids, entry.recorded.outputCount, config);
    } catch (cause) {
      if (cause instanceof TensorError) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new TensorError('RUN_FAILED', `while running ${name}: ${explainFailure(message)}`, { cause });
    }
    for (const copy of copies.values()) native.deleteTensor(copy);
    const results = outputs.map((m) => backend.createOutputTensor(m));
    for (const [output, input] of entry.recorded.passedOn) {
      interception.noteShared([outputs[output]?.id, ids[input]]);
    }
    tf.dispose(given);
    return unflatten(entry.structure, results) as Result;
  };

  return Object.assign(compiled, {
    prepare: (...args: Args): Recording | undefined => {
      const interception = activeInterception();
      return interception === undefined ? undefined : entryFor(interception, args).entry.recording;
    },
    dispose: (): void => {
      const interception = activeInterception();
      if (interception === undefined) return;
      for (const signature of [...entries.keys()]) forget(interception, signature);
    },
  });
}

function signatureOf(tensors: readonly tf.Tensor[], structure: TreeStructure): string {
  return `${JSON.stringify(structure)}${tensors.map((t) => `${storageDtype(t)}[${t.shape.join()}]`).join()}`;
}
