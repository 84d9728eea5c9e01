import { beforeAll, describe, expect, it } from 'vitest';
import type { Trace } from '../index.ts';
import {
  compile,
  linear,
  mergeTraces,
  operationTimes,
  profile,
  startBackend,
  TensorError,
  tf,
} from '../index.ts';
import type { SliceEvent } from './trace.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const slices = ({ traceEvents }: Trace) =>
  traceEvents.filter((event): event is SliceEvent => event.ph === 'X');

/** What ui.perfetto.dev needs of a file in the Trace Event Format to show all of it. */
function expectWellFormed(trace: Trace): void {
  const { traceEvents, displayTimeUnit } = JSON.parse(JSON.stringify(trace)) as Trace;
  expect(displayTimeUnit).toBe('ms');
  const named = traceEvents.flatMap((e) => (e.ph === 'M' ? [`${e.name} ${e.pid} ${e.tid ?? ''}`] : []));
  expect(new Set(named).size).toBe(named.length);
  const lanes = new Map<string, SliceEvent[]>();
  for (const event of traceEvents) {
    if (event.ph === 'M') continue;
    expect(Number.isFinite(event.ts) && event.ts >= 0).toBe(true);
    expect(event.name).not.toBe('');
    expect(named).toContain(`process_name ${event.pid} `);
    if (event.ph === 'C') expect(Object.values(event.args).every(Number.isFinite)).toBe(true);
    if (event.ph !== 'X') continue;
    expect(Number.isFinite(event.dur) && event.dur >= 0).toBe(true);
    expect(named).toContain(`thread_name ${event.pid} ${event.tid}`);
    const lane = `${event.pid} ${event.tid}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), event]);
  }
  for (const lane of lanes.values()) expectNested(lane);
}

/** On one thread, a slice lies within another or beside it. */
function expectNested(lane: readonly SliceEvent[]): void {
  const open: SliceEvent[] = [];
  const end = ({ ts, dur }: SliceEvent) => ts + dur;
  for (const slice of [...lane].sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    while (open.length > 0 && end(open.at(-1) as SliceEvent) <= slice.ts + 1e-3) open.pop();
    const around = open.at(-1);
    if (around !== undefined) expect(end(slice)).toBeLessThanOrEqual(end(around) + 1e-3);
    open.push(slice);
  }
}

function score(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  return tf.sum(tf.softmax(linear(x, w)));
}
const gradient = compile((x: tf.Tensor, w: tf.Tensor) => tf.grad((x: tf.Tensor) => score(x, w))(x), {
  name: 'gradient',
});

describe('profile', () => {
  it('gives the result, and a trace whose operations lead back to the code', async () => {
    const [x, w] = [tf.ones([1024, 256]), tf.ones([128, 256])];
    gradient(x, w).dispose();
    const { result, trace } = await profile(() => gradient(x, w));
    expect(result.shape).toEqual([1024, 256]);
    expectWellFormed(trace);

    const products = slices(trace).filter(({ args }) => args['operation'] === 'MatMul');
    expect(products.map(({ cat }) => cat).sort()).toEqual(['backward', 'forward']);
    for (const { name, args } of products) {
      expect(args['source']).toMatch(/profile\.test\.ts:\d+:\d+$/);
      expect(args).toMatchObject({
        'called there': 'linear',
        'in function': 'score',
        'compiled function': 'gradient',
      });
      expect(name).toMatch(/^MatMul (\(backward\) )?profile\.test\.ts:\d+$/);
    }
    expect(slices(trace).map(({ name }) => name)).toContain('run gradient');
    const threads = trace.traceEvents.flatMap((e) =>
      e.ph === 'M' && e.name === 'thread_name' ? [e.args['name']] : [],
    );
    expect(threads.some((name) => String(name).startsWith('JavaScript'))).toBe(true);
    expect(trace.traceEvents.some((e) => e.ph === 'C' && (e.args['bytes'] ?? 0) > 0)).toBe(true);
  });

  it('sees what runs op by op, and waits for promises', async () => {
    const { trace } = await profile(async () => {
      await Promise.resolve();
      tf.dispose([tf.tanh(tf.ones([8])), tf.tanh(tf.ones([9]))]);
    });
    expectWellFormed(trace);
    expect(slices(trace).filter(({ name, cat }) => name === 'Tanh' && cat === 'op by op')).toHaveLength(2);
    expect(operationTimes(trace).find(({ name }) => name === 'Tanh')?.count).toBe(2);
  });

  it('is one at a time, and ends with what it watches, failing or not', async () => {
    await profile(async () => {
      const second = await profile(() => 1).catch((error: unknown) => error);
      expect(second).toBeInstanceOf(TensorError);
      expect(second).toMatchObject({ code: 'PROFILE_FAILED' });
    });
    await expect(
      profile(() => {
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
    expect((await profile(() => 7)).result).toBe(7);
  });

  it('merges traces, each under its title', async () => {
    const [x, w] = [tf.ones([4, 2]), tf.ones([3, 2])];
    const { trace } = await profile(() => gradient(x, w));
    const merged = mergeTraces([
      { title: 'first', trace },
      { title: 'second', trace },
    ]);
    expectWellFormed(merged);
    expect(slices(merged)).toHaveLength(2 * slices(trace).length);
    const processes = merged.traceEvents.flatMap((e) =>
      e.ph === 'M' && e.name === 'process_name' ? [e.args['name']] : [],
    );
    expect(processes).toEqual(['first: /host:CPU', 'second: /host:CPU']);
  });
});
