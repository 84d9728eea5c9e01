import type { TensorData } from '@borealis/safetensors';
import { numbersOf } from './golden.ts';
import type { Tolerance } from './tolerances.ts';
import type { Produced } from './verifier.ts';

/** One output held against the reference. */
export interface Comparison {
  readonly name: string;
  readonly by?: string;
  /** `differences-only`: outside of what float32 is allowed, computed in bfloat16. */
  readonly verdict: 'within' | 'outside' | 'differences-only' | 'wrong-shape' | 'not-produced';
  /** `max|got − want|`; NaN where a value is NaN or there is nothing to compare. */
  readonly largestDifference: number;
  /** What it may be. */
  readonly allowance: number;
  /** `max|want|` of the finite values. */
  readonly largestWanted: number;
  /** What is wrong, where shapes differ or nothing was produced. */
  readonly problem?: string;
}

/** Values may differ by the tolerance (none for integers); what isn't finite must be the same. */
export function compare(produced: Produced, wanted: TensorData, tolerance: Tolerance): Comparison {
  const want = numbersOf(wanted);
  const largestWanted = want.reduce(
    (most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most),
    0,
  );
  const allowance = tolerance.atol + tolerance.rtol * largestWanted;
  const { name, shape, values } = produced;
  const common = {
    name,
    ...(produced.by === undefined ? {} : { by: produced.by }),
    allowance,
    largestWanted,
  };
  if (shape.join() !== wanted.shape.join() || values.length !== want.length) {
    const problem = `shape [${shape.join(', ')}] with ${values.length} values, expected [${wanted.shape.join(', ')}]`;
    return { ...common, verdict: 'wrong-shape', largestDifference: NaN, problem };
  }
  const largestDifference = want.reduce((most, value, i) => larger(most, differenceOf(values[i], value)), 0);
  return { ...common, verdict: largestDifference <= allowance ? 'within' : 'outside', largestDifference };
}

export function notProduced(name: string): Comparison {
  const problem = 'not produced';
  return {
    name,
    verdict: 'not-produced',
    largestDifference: NaN,
    allowance: NaN,
    largestWanted: NaN,
    problem,
  };
}

function differenceOf(got: number | undefined, want: number): number {
  return got === want ? 0 : Math.abs((got ?? NaN) - want);
}

/** NaN is the largest of all. */
function larger(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}
