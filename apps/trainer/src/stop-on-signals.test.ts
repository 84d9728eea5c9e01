import { afterEach, expect, test, vi } from 'vitest';
import { stopOnSignals } from './stop-on-signals.ts';

afterEach(() => vi.restoreAllMocks());

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the first %s sets the flag, the second ends the process',
  (name) => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const told: string[] = [];
    const before = process.listenerCount(name);
    const { signal } = stopOnSignals((received) => told.push(received));
    expect(signal.aborted).toBe(false);
    process.emit(name, name);
    expect(signal.aborted).toBe(true);
    expect(kill).not.toHaveBeenCalled();
    process.emit(name, name);
    expect(kill).toHaveBeenCalledWith(process.pid, name);
    expect(process.listenerCount(name)).toBe(before);
    expect(told).toEqual([name]);
  },
);

test('restored, signals are as they were', () => {
  const counts = () => (['SIGINT', 'SIGTERM'] as const).map((name) => process.listenerCount(name));
  const before = counts();
  const { restore } = stopOnSignals();
  expect(counts()).toEqual(before.map((count) => count + 1));
  restore();
  expect(counts()).toEqual(before);
});
