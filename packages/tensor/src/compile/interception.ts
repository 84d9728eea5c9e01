import { TensorError } from '../errors.ts';
import { bfloat16AsFloat32 } from '../half/bfloat16-as-float32.ts';
import type { Bfloat16Storage } from '../half/bfloat16-storage.ts';
import { holdBfloat16 } from '../half/bfloat16-storage.ts';
import type { ExtendedBinding } from '../native/binding.ts';
import type { NodeBackend } from '../native/load-binding.ts';
import { attributeLines } from './attribute-lines.ts';
import { MOVING_OPS } from './input-casts.ts';
import type { Recorder } from './recorder.ts';
import { isSymbolic } from './recorder.ts';

/** The backend with its calls going through us: to TensorFlow, or to the recorder while one is at work. */
export interface Interception {
  readonly native: ExtendedBinding;
  readonly backend: NodeBackend;
  readonly bfloat16: Bfloat16Storage;
  record<T>(recorder: Recorder, trace: () => T): T;
  isRecording(): boolean;
  /** These tensors' memory is another's, too: it can't be given away. */
  noteShared(ids: readonly (number | undefined)[]): void;
  readonly isShared: (id: number) => boolean;
  /** The recording in progress. */
  recorder(): Recorder | undefined;
}

const READ_ADVICE =
  'data is read while a function is being recorded, where there is none yet: return it from the function, or compute with tensors';

/**
 * Replaces the calls of `backend` and its binding that recording must see. Outside of a recording each goes straight
 * through.
 */
export function intercept(backend: NodeBackend, native: ExtendedBinding): Interception {
  let recorder: Recorder | undefined;
  let madeWhileRecording = new WeakSet<object>();
  const shared = new Set<number>();
  const bfloat16 = holdBfloat16(backend);
  const eager = bfloat16AsFloat32(native, bfloat16);
  const real = {
    readSync: backend.readSync.bind(backend),
    move: backend.move.bind(backend),
    getInputTensorIds: backend.getInputTensorIds.bind(backend),
  };

  backend.binding = {
    ...native,
    executeOp: (op, attributes, inputs, outputCount) => {
      if (recorder !== undefined) return recorder.executeOp(op, attributes, inputs);
      if (inputs.some(isSymbolic)) throw escaped();
      const outputs = eager.executeOp(op, attributes, inputs, outputCount);
      // What such an operation gives often lies in its input's memory.
      if (MOVING_OPS.has(op)) noteShared([...inputs, ...outputs.map(({ id }) => id)]);
      return outputs;
    },
    createTensor: (shape, dtype, data) =>
      recorder === undefined ? upload(shape, dtype, data) : recorder.createTensor(shape, dtype, data),
    deleteTensor: (id) => {
      bfloat16.forget(id);
      shared.delete(id);
      if (!isSymbolic(id)) native.deleteTensor(id);
    },
    tensorDataSync: (id) => {
      if (recorder !== undefined) throw new TensorError('READ_WHILE_RECORDING', READ_ADVICE);
      if (isSymbolic(id)) throw escaped();
      return eager.tensorDataSync(id);
    },
  };
  backend.readSync = (dataId) => {
    if (recorder !== undefined && !madeWhileRecording.has(dataId)) {
      throw new TensorError('READ_WHILE_RECORDING', READ_ADVICE);
    }
    return real.readSync(dataId);
  };
  backend.move = (dataId, values, shape, dtype, refCount) => {
    if (recorder !== undefined) madeWhileRecording.add(dataId);
    real.move(dataId, values, shape, dtype, refCount);
  };
  backend.getInputTensorIds = (tensors) => {
    if (recorder !== undefined) uploadOuter(tensors);
    return real.getInputTensorIds(tensors);
  };

  function noteShared(ids: readonly (number | undefined)[]): void {
    for (const id of ids) if (id !== undefined) shared.add(id);
  }

  /** The tensor lies in the typed array's own memory, which is its owner's. */
  function upload(
    shape: readonly number[],
    dtype: number,
    data: ArrayLike<number> | ArrayBufferView,
  ): number {
    const id = native.createTensor(shape, dtype, data);
    shared.add(id);
    return id;
  }

  /** A tensor from outside whose values still wait in JavaScript must go to TensorFlow, not into the recording. */
  function uploadOuter(tensors: readonly { readonly dataId?: object }[]): void {
    for (const { dataId } of tensors) {
      // tfjs-node passes int64 numbers as objects of its own, without data.
      if (dataId === undefined || madeWhileRecording.has(dataId) || !backend.tensorMap.has(dataId)) continue;
      const record = backend.tensorMap.get(dataId);
      if (record.values === null) continue;
      record.id = upload(record.shape, record.dtype, record.values);
      record.values = null;
    }
  }

  function record<T>(next: Recorder, trace: () => T): T {
    if (recorder !== undefined) {
      throw new TensorError('NESTED_RECORDING', 'a recording is already in progress on this thread');
    }
    recorder = next;
    madeWhileRecording = new WeakSet();
    const random = Math.random;
    Math.random = () => {
      throw new TensorError(
        'RANDOM_WHILE_RECORDING',
        'Math.random() is called while a function is being recorded (tf.randomNormal, tf.dropout … do without a seed): its result would be frozen; draw outside and pass a tensor, or use normalNoise, uniformNoise or dropout of @borealis/tensor with a seed tensor',
      );
    };
    try {
      return trace();
    } finally {
      recorder = undefined;
      Math.random = random;
    }
  }

  const isRecording = () => recorder !== undefined;
  attributeLines(isRecording);
  return {
    native,
    backend,
    bfloat16,
    record,
    isRecording,
    noteShared,
    isShared: (id) => shared.has(id),
    recorder: () => recorder,
  };
}

function escaped(): TensorError {
  return new TensorError(
    'FOREIGN_SYMBOL',
    'a tensor made while a function was being recorded is used outside of it: return it from the function instead',
  );
}
