import { basename } from 'node:path';
import { findNode } from '../compile/recorded-nodes.ts';
import type { SliceEvent, Trace, TraceEvent } from './trace.ts';
import type { Lane, LaneEvent, Plane } from './xspace.ts';

/** TensorFlow names an operation that runs `node:Kernel`. */
const KERNEL = /^([^:]+):(_?[A-Za-z]\w*)$/;

type Slice = Pick<SliceEvent, 'name' | 'cat' | 'args'>;

/** What TensorFlow's profiler saw, as a trace whose names lead back to the code. */
export function traceOf(planes: readonly Plane[]): Trace {
  const busy = planes
    .map(({ name, lanes }) => ({
      name,
      lanes: lanes.map(slicesOf(name)).filter(({ events }) => events.length > 0),
    }))
    .filter(({ lanes }) => lanes.length > 0);
  const traceEvents = busy.flatMap(({ name, lanes }, i): TraceEvent[] => {
    const pid = i + 1;
    return [
      { ph: 'M', name: 'process_name', pid, args: { name } },
      { ph: 'M', name: 'process_sort_index', pid, args: { sort_index: i } },
      ...lanes.flatMap((lane, tid) => laneEvents(lane, pid, tid)),
    ];
  });
  return { traceEvents, displayTimeUnit: 'ms' };
}

interface NamedLane {
  readonly name: string;
  /** Without process and thread. */
  readonly events: readonly (
    | ({ ph: 'X'; ts: number; dur: number } & Slice)
    | { ph: 'C'; name: string; ts: number; args: Record<string, number> }
  )[];
}

function laneEvents({ name, events }: NamedLane, pid: number, tid: number): TraceEvent[] {
  return [
    { ph: 'M', name: 'thread_name', pid, tid, args: { name } },
    { ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
    ...events.map((event): TraceEvent => (event.ph === 'X' ? { ...event, pid, tid } : { ...event, pid })),
  ];
}

const slicesOf =
  (plane: string) =>
  (lane: Lane): NamedLane => ({
    name: laneName(lane),
    events: lane.events.flatMap((event): NamedLane['events'][number][] => {
      const ts = event.startMicroseconds;
      const memory = memoryOf(event);
      if (memory !== undefined) return [{ ph: 'C', ts, ...memory }];
      const slice = plane.startsWith('/host') ? hostSlice(event) : deviceSlice(event);
      return slice === undefined ? [] : [{ ph: 'X', ts, dur: event.microseconds, ...slice }];
    }),
  });

/** The thread that calls is named as the program is. */
function laneName({ name, events }: Lane): string {
  const calls = events.some((event) => event.name === 'EagerExecute');
  return calls ? `JavaScript (${name})` : name.replace(/\/-?\d+$/, '');
}

function memoryOf({ name, details }: LaneEvent): { name: string; args: Record<string, number> } | undefined {
  if (name !== 'MemoryAllocation' && name !== 'MemoryDeallocation') return undefined;
  return {
    name: `memory, ${details['allocator_name'] ?? ''}`,
    args: { bytes: Number(details['bytes_allocated'] ?? 0) },
  };
}

/** Calls and operations; how TensorFlow passes them on is left out. */
function hostSlice({ name, details }: LaneEvent): Slice | undefined {
  if (name === 'EagerExecute' && details['is_func'] === 1) {
    const called = String(details['eager_op'] ?? '');
    return {
      name: `run ${called.replace(/^borealis_(.*)_\d+$/, '$1')}`,
      cat: 'call',
      args: { function: called },
    };
  }
  const [, node, kernel] = KERNEL.exec(name) ?? [];
  if (node === undefined || kernel === undefined) return undefined;
  const recorded = recordedSlice(node, { kernel });
  if (recorded !== undefined) return recorded;
  return node === kernel
    ? { name: kernel, cat: 'op by op', args: {} }
    : { name: kernel, cat: 'runtime', args: { node } };
}

/** A kernel of a GPU; the operation that launched it stands in `tf_op`. */
function deviceSlice({ name, details }: LaneEvent): Slice {
  const recorded = recordedSlice(String(details['tf_op'] ?? ''), { kernel: name });
  return recorded ?? { name, cat: 'runtime', args: { ...details } };
}

function recordedSlice(node: string, { kernel }: { readonly kernel: string }): Slice | undefined {
  const found = findNode(node);
  if (found === undefined) return undefined;
  const { origin, functionName } = found;
  const { op, line, pass } = origin;
  const where = line === undefined ? '' : ` ${basename(line.place).replace(/:\d+$/, '')}`;
  const source =
    line === undefined
      ? {}
      : {
          source: line.place,
          'called there': line.call,
          'in function': line.functionName,
          'called from': line.callers.join(', '),
        };
  return {
    name: `${op}${pass === 'backward' ? ' (backward)' : ''}${where}`,
    cat: pass,
    args: { ...source, 'compiled function': functionName, operation: op, kernel, node },
  };
}
