import { expect, test } from 'vitest';
import type { Entrant } from './entrant.ts';
import { fakeWay } from './fake-way.test.fixture.ts';
import { timeInTurns } from './time-in-turns.ts';

const calls: string[] = [];

function entrant(name: string, milliseconds: number): Entrant {
  return {
    way: fakeWay('side', name),
    contestant: {
      open: () => Promise.reject(new Error('opened already')),
      time: (iterations, untimed) => {
        calls.push(`${name} ${iterations}+${untimed}`);
        return Promise.resolve(milliseconds * iterations);
      },
      resetPeak: () => Promise.resolve(false),
      peakBytes: () => Promise.resolve(9),
      profile: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    opened: { library: 'L', device: 'cpu', firstCallMs: 1, residentBytes: 1 },
    differences: [],
    disagreement: undefined,
  };
}

test('each is warmed up, then all take turns, the order reversed from one repetition to the next', async () => {
  const options = { repetitions: 3, warmUps: 2, onStage: () => undefined };
  const { results, busyByOthers } = await timeInTurns([entrant('a', 40), entrant('b', 300)], options);
  expect(calls).toEqual([
    ...['a 1+0', 'a 1+0', 'b 1+0', 'b 1+0'],
    ...['a 3+1', 'b 1+0', 'b 1+0', 'a 3+1', 'a 3+1', 'b 1+0'],
  ]);
  expect(results.map(({ milliseconds }) => milliseconds)).toEqual([
    [40, 40, 40],
    [300, 300, 300],
  ]);
  expect(busyByOthers).toBeGreaterThanOrEqual(0);
  expect(busyByOthers).toBeLessThanOrEqual(1);
  expect(results[0]?.memoryBytes).toBeNull(); // the peak could not be reset: it may be of something else
});
