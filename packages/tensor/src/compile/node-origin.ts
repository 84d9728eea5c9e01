import type { SourceLine } from './source-line.ts';
import { callingLine, throwingLine } from './source-line.ts';

/** Where something that is being recorded stems from. */
export interface Place {
  readonly line: SourceLine | undefined;
  /** `backward`: it belongs to the gradient of the operation at `line`. */
  readonly pass: 'forward' | 'backward';
}

/** What a node of a recording stems from. */
export interface NodeOrigin extends Place {
  /** TensorFlow's name of the operation. */
  readonly op: string;
}

let current: Place | undefined;
const failures = new WeakMap<Error, Place>();

/** The place of what is being recorded now; undefined: it must be looked up on the stack. */
export function currentPlace(): Place | undefined {
  return current;
}

/** Of a node that is being recorded right now. */
export function currentOrigin(op: string): NodeOrigin {
  const { line, pass } = current ?? { line: callingLine(), pass: 'forward' };
  return { op, line, pass };
}

/** What `fn` records stems from `place`. */
export function within<T>(place: Place | undefined, fn: () => T): T {
  const outer = current;
  current = place;
  try {
    return fn();
  } catch (error) {
    if (place !== undefined && error instanceof Error && !failures.has(error)) failures.set(error, place);
    throw error;
  } finally {
    current = outer;
  }
}

/** Where in the user's code an error of a recording arose: `matMul at block.ts:12:5, in attend`; empty if nowhere. */
export function describeFailure(error: Error): string {
  const { line = throwingLine(error), pass } = failures.get(error) ?? { pass: 'forward' };
  return line === undefined ? '' : describePlace({ line, pass });
}

/** `MatMul (gradient of matMul at block.ts:12:5, in attend)` */
export function describeOrigin({ op, line, pass }: NodeOrigin): string {
  return line === undefined ? op : `${op} (${describePlace({ line, pass })})`;
}

function describePlace({ line, pass }: { readonly line: SourceLine; readonly pass: Place['pass'] }): string {
  const { call, place, functionName } = line;
  const where = `${call === '' ? '' : `${call} `}at ${place}${functionName === '' ? '' : `, in ${functionName}`}`;
  return pass === 'backward' ? `gradient of ${where}` : where;
}
