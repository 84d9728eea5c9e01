import { activeInterception } from '../backend/active-backend.ts';
import { TensorError } from '../errors.ts';
import type { Trace } from './trace.ts';
import { traceOf } from './trace-of.ts';
import { decodeXSpace, profileOptions } from './xspace.ts';

export interface Profile<T> {
  readonly result: T;
  readonly trace: Trace;
}

/**
 * Runs `fn` and tells what TensorFlow did meanwhile: each operation with its thread, time and duration, named by its kind
 * and the line of code that recorded it (a gradient: that whose gradient it is), and how much memory its tensors took.
 * `JSON.stringify(trace)` in a file opens in ui.perfetto.dev. Slows execution down by some microseconds an operation.
 *
 * Compiled functions should have run once before: the first call records and optimises.
 *
 * @throws TensorError `ENGINE_UNSUPPORTED` without the native engine, `PROFILE_FAILED` where a profile is being taken already
 */
export async function profile<T>(fn: () => T | Promise<T>): Promise<Profile<T>> {
  const native = activeInterception()?.native;
  if (native === undefined) {
    throw new TensorError(
      'ENGINE_UNSUPPORTED',
      'profiles are taken by TensorFlow’s own profiler: start the backend, and run `borealis setup` where it is not provisioned',
    );
  }
  attempt(() => {
    native.profilerStart(profileOptions());
  });
  let bytes: Uint8Array | undefined;
  let result: T;
  try {
    result = await fn();
  } finally {
    bytes = attempt(() => native.profilerStop());
  }
  return { result, trace: traceOf(decodeXSpace(bytes)) };
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new TensorError('PROFILE_FAILED', `no profile: ${message}`, { cause });
  }
}
