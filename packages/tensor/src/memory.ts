import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from './backend/active-backend.ts';

/** What tensors cost at this moment. */
export interface MemoryUse {
  /** Tensors that JavaScript knows of. */
  readonly tensors: number;
  /** Their bytes; one that is held as bfloat16 counts half of what `tf.memory()` takes it for. */
  readonly tensorBytes: number;
  /** Tensors that TensorFlow holds for us, captured ones included; undefined on other backends. */
  readonly nativeTensors: number | undefined;
  /** Bytes that the C library has handed out in this process; undefined where the extension is absent. */
  readonly nativeBytes: number | undefined;
}

export function memoryUse(): MemoryUse {
  const { numTensors, numBytes } = tf.memory();
  const interception = activeInterception();
  const native = interception?.native;
  return {
    tensors: numTensors,
    tensorBytes: numBytes - (interception?.bfloat16.savedBytes() ?? 0),
    nativeTensors: native?.getNumOfTensors(),
    nativeBytes: native?.nativeMemory().inUse,
  };
}
