import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import { TensorError } from '../errors.ts';
import { nativeDtype, storageDtype } from '../half/storage-dtype.ts';
import type { TensorTree, TreeStructure } from '../tree/tensor-tree.ts';
import { flatten, unflatten } from '../tree/tensor-tree.ts';
import { disposeDonated, ownMemory } from './donated-memory.ts';
import type { Interception } from './interception.ts';
import { describeFailure } from './node-origin.ts';
import { explainFailure, forgetNodes, keepNodes } from './recorded-nodes.ts';
import type { Precision, RecordedFunction } from './recorder.ts';
import { createRecorder } from './recorder.ts';

export interface CompileOptions {
  /** Shown in errors and traces. Default: the function's own name. */
  readonly name?: string;
  /** `bf16`: products in bfloat16, the rest in float32, as PyTorch's autocast. Default `f32`. */
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
}

/** What one recording of a compiled function came to. */
export interface Recording {
  readonly signature: string;
  readonly nodeCount: number;
  /** Equal digests are equal graphs. */
  readonly digest: string;
  readonly milliseconds: number;
}

export interface Compiled<Args extends readonly TensorTree[], Result extends TensorTree> {
  (...args: Args): Result;
  /** Records for these arguments without running; replayed by later calls with equal shapes. */
  prepare(...args: Args): Recording | undefined;
  /** Forgets all recordings and lets go of captured tensors. */
  dispose(): void;
}

interface Entry {
  readonly recorded: RecordedFunction;
  readonly structure: TreeStructure;
  readonly recording: Recording;
}

/** ConfigProto: TensorFlow's defaults. */
const CONFIG = new Uint8Array(0);

let functionCount = 0;

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
  const maxSignatures = options.maxSignatures ?? 16;
  const entries = new Map<string, Entry>(); // in order of last use
  const donated = (args: Args): tf.Tensor[] =>
    (options.donate ?? []).flatMap((position) => flatten(args[position] as TensorTree).tensors);

  function entryFor(interception: Interception, args: Args): { entry: Entry; inputs: tf.Tensor[] } {
    const { tensors, structure } = flatten(args);
    const signature = signatureOf(tensors, structure);
    let entry = entries.get(signature);
    if (entry === undefined) {
      entry = recordFunction(interception, fn, {
        name,
        tensors,
        structure,
        signature,
        xla: options.xla ?? false,
        precision: options.precision ?? 'f32',
        donated: new Set(donated(args)),
      });
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
    if (interception?.isRecording() === true) return fn(...args); // becomes part of the outer recording
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
      outputs = native.callFunction(entry.recorded.name, ids, entry.recorded.outputCount, CONFIG);
    } catch (cause) {
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

function recordFunction<Args extends readonly TensorTree[], Result extends TensorTree>(
  interception: Interception,
  fn: (...args: Args) => Result,
  options: {
    readonly name: string;
    readonly tensors: readonly tf.Tensor[];
    readonly structure: TreeStructure;
    readonly signature: string;
    readonly xla: boolean;
    readonly precision: Precision;
    readonly donated: ReadonlySet<tf.Tensor>;
  },
): Entry {
  const { backend, native } = interception;
  const start = performance.now();
  const recorder = createRecorder(native, options);
  try {
    const { outputIds, structure } = interception.record(recorder, () => {
      const engine = tf.engine();
      engine.startScope('recording');
      try {
        const placeholders = options.tensors.map((t) => {
          const placeholder = recorder.placeholder(nativeDtype(backend, t), t.shape);
          if (options.donated.has(t)) recorder.donate(placeholder.id);
          return backend.createOutputTensor(placeholder);
        });
        const result = fn(...(unflatten(options.structure, placeholders) as unknown as Args));
        const flat = flatten(result);
        return { outputIds: backend.getInputTensorIds(flat.tensors), structure: flat.structure };
      } finally {
        engine.endScope();
      }
    });
    const functionName = `borealis_${options.name.replace(/[^A-Za-z0-9_]/g, '_')}_${functionCount++}`;
    const recorded = recorder.finish({ name: functionName, outputIds });
    const { origins, digest } = recorded;
    interception.noteShared(recorded.capturedFrom);
    keepNodes(recorded.recording, { functionName: options.name, origins });
    const milliseconds = performance.now() - start;
    return {
      recorded,
      structure,
      recording: { signature: options.signature, nodeCount: origins.length, digest, milliseconds },
    };
  } catch (cause) {
    recorder.discard();
    const code = cause instanceof TensorError ? cause.code : 'RECORDING_FAILED';
    const detail = cause instanceof Error ? cause.message : String(cause);
    const where = cause instanceof Error ? describeFailure(cause) : '';
    const what = `while recording ${options.name}${where === '' ? '' : `, ${where}`}`;
    throw new TensorError(code, `${what}: ${detail}`, { cause });
  }
}
