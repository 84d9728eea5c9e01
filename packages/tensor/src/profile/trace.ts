/** One entry of the Trace Event Format (Google, "Trace Event Format"), which ui.perfetto.dev and chrome://tracing open. */
export type TraceEvent = SliceEvent | CounterEvent | MetadataEvent;

/** Something that took time on a thread. */
export interface SliceEvent {
  readonly ph: 'X';
  readonly name: string;
  /** `forward`, `backward`, `call`, `op by op`, `runtime`. */
  readonly cat: string;
  /** Microseconds. */
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** A number that changes. */
export interface CounterEvent {
  readonly ph: 'C';
  readonly name: string;
  readonly ts: number;
  readonly pid: number;
  readonly args: Readonly<Record<string, number>>;
}

/** Names and order of processes and threads. */
export interface MetadataEvent {
  readonly ph: 'M';
  readonly name: 'process_name' | 'process_sort_index' | 'thread_name' | 'thread_sort_index';
  readonly pid: number;
  readonly tid?: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** A trace: written as JSON, it opens in ui.perfetto.dev. */
export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
}

/** Several traces in one: each beside the others, under its title. */
export function mergeTraces(traces: readonly { readonly title: string; readonly trace: Trace }[]): Trace {
  let firstPid = 1;
  const traceEvents = traces.flatMap(({ title, trace }) => {
    const shift = firstPid;
    const moved = trace.traceEvents.map((event) => {
      firstPid = Math.max(firstPid, event.pid + shift);
      const here = { ...event, pid: event.pid + shift - 1 };
      const isName = event.ph === 'M' && event.name === 'process_name';
      return isName ? { ...here, args: { name: `${title}: ${event.args['name'] ?? ''}` } } : here;
    });
    return moved as TraceEvent[];
  });
  return { traceEvents, displayTimeUnit: 'ms' };
}
