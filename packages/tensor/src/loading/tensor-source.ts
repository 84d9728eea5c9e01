import type { Dtype, TensorSource } from '@borealis/safetensors';
import { dtypeBits, tensorOf } from '@borealis/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import type { Interception } from '../compile/interception.ts';
import { TensorError } from '../errors.ts';
import { nativeDtype } from '../half/storage-dtype.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';

/** What of a tensor is in JavaScript's memory at a time. */
const CHUNK_BYTES = 4 << 20;

/**
 * A tensor as `streamSafetensors` and checkpoints write it: its bytes come from TensorFlow's memory chunk by chunk when
 * it is its turn, as which it must not be disposed. float32 is stored as F32 or, where it is held so, BF16; int32 as
 * I32, bool as BOOL.
 *
 * @throws TensorError `INVALID_ARGUMENT` for a dtype that safetensors has no name for
 */
export function tensorSource(name: string, tensor: Tensor): TensorSource {
  const interception = activeInterception();
  const dtype = interception === undefined ? PLAIN[tensor.dtype] : nativeName(interception, tensor);
  if (dtype === undefined) {
    throw new TensorError(
      'INVALID_ARGUMENT',
      `tensor ${JSON.stringify(name)} is ${tensor.dtype} [${tensor.shape.join()}], which safetensors can't hold`,
    );
  }
  const data =
    interception === undefined
      ? () => tensorOf(tensor.dataSync(), tensor.shape, dtype).data
      : () => chunksOf(interception, tensor, (tensor.size * dtypeBits(dtype)) / 8);
  return { name, dtype, shape: tensor.shape, data };
}

const PLAIN: Partial<Record<string, Dtype>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

function nativeName({ backend, native }: Interception, tensor: Tensor): Dtype | undefined {
  return new Map<number, Dtype>([
    [native.TF_FLOAT, 'F32'],
    [TF_BFLOAT16, 'BF16'],
    [native.TF_INT32, 'I32'],
    [native.TF_BOOL, 'BOOL'],
  ]).get(nativeDtype(backend, tensor));
}

/** A chunk is good until the next is asked for: they share one buffer. */
function* chunksOf(
  { backend, native }: Interception,
  tensor: Tensor,
  byteLength: number,
): Generator<Uint8Array> {
  const [id] = backend.getInputTensorIds([tensor]);
  if (id === undefined) throw new Error('one id for one tensor');
  const onHost = native.tensorOnHost(id);
  try {
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, byteLength));
    for (let offset = 0; offset < byteLength; offset += CHUNK_BYTES) {
      const chunk = buffer.subarray(0, Math.min(CHUNK_BYTES, byteLength - offset));
      native.copyTensorBytes(onHost, offset, chunk);
      yield chunk;
    }
  } finally {
    native.deleteTensor(onHost);
  }
}
