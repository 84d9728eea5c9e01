import * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';
import { nativeDtype } from '../half/storage-dtype.ts';
import { multipliesBfloat16 } from '../native/multiplies-bfloat16.ts';
import type { TensorTree, TreeStructure } from '../tree/tensor-tree.ts';
import { flatten, unflatten } from '../tree/tensor-tree.ts';
import type { Interception } from './interception.ts';
import { describeFailure } from './node-origin.ts';
import { keepNodes } from './recorded-nodes.ts';
import type { Precision, RecordedFunction } from './recorder.ts';
import { createRecorder } from './recorder.ts';

/** What one recording of a compiled function came to. */
export interface Recording {
  readonly signature: string;
  readonly nodeCount: number;
  /** Equal digests are equal graphs. */
  readonly digest: string;
  readonly milliseconds: number;
}

/** A recording, and what it takes to run it. */
export interface Recorded {
  readonly recorded: RecordedFunction;
  /** Of the result. */
  readonly structure: TreeStructure;
  readonly recording: Recording;
}

export interface RecordOptions {
  readonly name: string;
  /** The arguments' tensors, and how they stand in the arguments. */
  readonly tensors: readonly tf.Tensor[];
  readonly structure: TreeStructure;
  readonly signature: string;
  readonly xla: boolean;
  readonly precision: Precision;
  readonly donated: ReadonlySet<tf.Tensor>;
}

let functionCount = 0;

/** Runs `fn` once on symbols and registers what it did as a function of TensorFlow. */
export function recordFunction<Args extends readonly TensorTree[], Result extends TensorTree>(
  interception: Interception,
  fn: (...args: Args) => Result,
  options: RecordOptions,
): Recorded {
  const { backend, native } = interception;
  const start = performance.now();
  const recorder = createRecorder(native, { ...options, multipliesBfloat16: multipliesBfloat16(native) });
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
