import type { Trace } from './trace.ts';

export interface OperationTime {
  /** `MatMul (backward) block.ts:12` */
  readonly name: string;
  readonly count: number;
  readonly milliseconds: number;
}

/** What operations took, those of equal name and line together, the longest first. */
export function operationTimes({ traceEvents }: Trace): OperationTime[] {
  const times = new Map<string, { count: number; microseconds: number }>();
  for (const event of traceEvents) {
    if (event.ph !== 'X' || event.cat === 'call') continue;
    const { count, microseconds } = times.get(event.name) ?? { count: 0, microseconds: 0 };
    times.set(event.name, { count: count + 1, microseconds: microseconds + event.dur });
  }
  return [...times]
    .map(([name, { count, microseconds }]) => ({ name, count, milliseconds: microseconds / 1e3 }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
