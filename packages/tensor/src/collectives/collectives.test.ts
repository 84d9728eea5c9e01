import { expect, test } from 'vitest';
import { createRandom } from '../index.ts';
import { startTasks } from './in-processes.test.fixture.ts';

interface Results {
  readonly [name: string]: unknown;
  readonly replays: { readonly digest: string; readonly bytes: number };
}

test('three processes: sums, means and broadcasts, alone and in compiled functions, the same on all; replays keep no memory', async () => {
  const tasks = await startTasks(3, 'operations');
  const [first, ...others] = await Promise.all(tasks.map((task) => task.ended()));
  const { replays, ...equal } = first?.result as Results;
  for (const { result } of others) expect(result).toMatchObject(equal);
  const { sums, noise, mean, sources } = equal;
  const sum = [[6, 6, 6], [60, 60, 60, 60], [3], 'int32', [0, 3]];
  expect(sums).toEqual([sum, sum]);
  expect(mean).toEqual([1]);
  expect(sources).toEqual(
    [0, 1, 2].map((from) => Array<number[]>(2).fill([1, from, from === 0 ? 0 : -from])),
  );
  const drawn = [0, 1, 2].map((task) => createRandom(task));
  const expected = Array.from({ length: 1000 }, () =>
    drawn.reduce((all, random) => all + random.normal(), 0),
  );
  for (const numbers of noise as number[][]) {
    const off = numbers.map((value, i) => Math.abs(value - (expected[i] ?? NaN)));
    expect(Math.max(...off)).toBeLessThan(1e-6);
  }
  for (const { result } of [first, ...others].filter((task) => task !== undefined)) {
    const { bytes, ...rest } = (result as Results).replays;
    expect(rest).toEqual({ equal: true, tensors: 0, nativeTensors: 0, digest: replays.digest });
    expect(bytes).toBeLessThan(200 * 3 * 1000); // TensorFlow's own timeouts would keep 1.6 kB for each operation
  }
});
