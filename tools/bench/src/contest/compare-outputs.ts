import type { TensorData } from '@borealis/safetensors';
import { asFloat32 } from '@borealis/safetensors';

export interface OutputDifference {
  readonly output: string;
  readonly largest: number;
  /** Root mean square of the difference / root mean square of the reference. */
  readonly relative: number;
}

export interface OutputComparison {
  readonly differences: readonly OutputDifference[];
  /** Why the two sides did not compute the same thing; undefined where they did. */
  readonly disagreement: string | undefined;
}

/** Holds two sides' outputs against each other, name by name; not-a-numbers agree with nothing. */
export function compareOutputs(
  ours: ReadonlyMap<string, TensorData>,
  theirs: ReadonlyMap<string, TensorData>,
  tolerance: number,
): OutputComparison {
  const missing = [...symmetricDifference(new Set(ours.keys()), new Set(theirs.keys()))];
  if (missing.length > 0) {
    return { differences: [], disagreement: `only one side has ${missing.join(', ')}` };
  }
  const differences: OutputDifference[] = [];
  for (const [output, mine] of ours) {
    const other = theirs.get(output) ?? mine;
    const [a, b] = [mine, other].map(({ shape }) => `[${shape.join(' ')}]`);
    if (a !== b) return { differences, disagreement: `${output} is ${a} here and ${b} there` };
    differences.push({ output, ...differenceOf(asFloat32(mine), asFloat32(other)) });
  }
  const worst = differences.find(({ relative }) => !(relative <= tolerance));
  const disagreement =
    worst === undefined
      ? undefined
      : `${worst.output} differs by ${worst.relative.toExponential(1)} of its size ` +
        `(largest difference ${worst.largest.toExponential(1)}), more than ${tolerance.toExponential(0)}`;
  return { differences, disagreement };
}

function differenceOf(a: Float32Array, b: Float32Array): { largest: number; relative: number } {
  let largest = 0;
  let squares = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    const reference = b[i] ?? NaN;
    const difference = Math.abs((a[i] ?? NaN) - reference);
    if (!(difference <= largest)) largest = difference;
    squares += difference * difference;
    size += reference * reference;
  }
  return { largest, relative: squares === 0 ? 0 : Math.sqrt(squares / size) };
}

function symmetricDifference<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
  return new Set([...a, ...b].filter((item) => a.has(item) !== b.has(item)));
}
