import { getSystemErrorMap } from 'node:util';
import { SafetensorsError } from '@borealis/safetensors';
import { TensorError } from '../errors.ts';
import type { PlannedRead } from './plan-reads.ts';

/** What `readTensors` of the addon rejects with. */
interface NativeReadError extends Error {
  /** Index of the tensor among those asked for. */
  readonly tensor: number;
  readonly reason: 'ends' | 'system' | 'range' | 'memory' | 'tensorflow';
  /** Byte of the file; with `range` the element of the tensor. */
  readonly at: number;
  readonly systemError: number;
}

/** The error of the addon as the reader of a file should see it. */
export function readError(cause: unknown, reads: readonly PlannedRead[]): unknown {
  if (!isNativeReadError(cause)) return cause;
  const read = reads[cause.tensor];
  if (read === undefined) return cause;
  const { name, info, location } = read;
  const { file } = location;
  const tensor = `tensor ${JSON.stringify(name)} (${info.dtype} [${info.shape.join()}])`;
  const failed = (what: string) =>
    new TensorError('READ_FAILED', `${file}: ${tensor} can't be read: ${what}`, { cause });
  switch (cause.reason) {
    case 'ends': {
      const problem = `the file ends inside ${tensor}: it was cut while it was being read; fetch it again`;
      return new SafetensorsError('truncated', problem, { file, tensor: name, byte: cause.at, cause });
    }
    case 'range': {
      const problem = `${tensor} holds a number that is no int32 (element ${cause.at})`;
      return new SafetensorsError('out-of-range', problem, { file, tensor: name, cause });
    }
    case 'system': {
      const [code, text] = getSystemErrorMap().get(-cause.systemError) ?? [`error ${cause.systemError}`, ''];
      return failed(`the system says ${code} (${text}) at byte ${cause.at}`);
    }
    case 'memory':
      return failed('there is not enough memory for it');
    case 'tensorflow':
      return failed(`TensorFlow says: ${cause.message}`);
  }
}

function isNativeReadError(error: unknown): error is NativeReadError {
  return error instanceof Error && 'reason' in error && 'tensor' in error;
}
