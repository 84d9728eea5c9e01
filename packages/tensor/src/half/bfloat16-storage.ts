import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import type { NodeBackend, TensorRecord } from '../native/load-binding.ts';

/** Which of the backend's tensors lie in memory as bfloat16; tfjs takes them for float32. */
export interface Bfloat16Storage {
  has(id: number): boolean;
  /** To be called when a tensor is deleted. */
  forget(id: number): void;
  /** Whether there are none, so that callers can skip looking. */
  isEmpty(): boolean;
  /** Bytes by which tfjs counts too many: it takes an element for 4. */
  savedBytes(): number;
}

/** From here on, outputs of type bfloat16 become tensors of dtype `float32`, which `backend` alone would refuse. */
export function holdBfloat16(backend: NodeBackend): Bfloat16Storage {
  const records = new Map<number, TensorRecord>();
  const createOutputTensor = backend.createOutputTensor.bind(backend);

  backend.createOutputTensor = (metadata) => {
    if (metadata.dtype !== TF_BFLOAT16) return createOutputTensor(metadata);
    const tensor = createOutputTensor({ ...metadata, dtype: backend.binding.TF_FLOAT });
    const record = backend.tensorMap.get(tensor.dataId);
    record.dtype = TF_BFLOAT16;
    records.set(metadata.id, record);
    return tensor;
  };

  return {
    has: (id) => records.has(id),
    forget: (id) => {
      records.delete(id);
    },
    isEmpty: () => records.size === 0,
    savedBytes: () => {
      let bytes = 0;
      // tfjs counts tensors that share their data each by itself.
      for (const { shape, refCount } of records.values()) bytes += 2 * refCount * elementCount(shape);
      return bytes;
    },
  };
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
