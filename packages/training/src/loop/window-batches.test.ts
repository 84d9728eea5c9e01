import { expect, test } from 'vitest';
import { tinyWindows } from '../tiny-model.test.fixture.ts';
import { readAhead, windowBatches } from './window-batches.ts';

async function* counted(count: number, asked: number[], closed: { value: boolean }) {
  try {
    for (let i = 0; i < count; i++) {
      asked.push(i);
      yield await Promise.resolve(i);
    }
  } finally {
    closed.value = true;
  }
}

test('one item is asked for ahead of what was taken, and closing ends the source', async () => {
  const asked: number[] = [];
  const closed = { value: false };
  const items = readAhead(counted(9, asked, closed));
  expect(asked).toEqual([]);
  expect(await items.next()).toBe(0);
  expect(await items.next()).toBe(1);
  expect(asked).toEqual([0, 1, 2]);
  await items.close();
  expect(closed.value).toBe(true);
});

test('the end, and errors, come where they are taken', async () => {
  const items = readAhead(counted(1, [], { value: false }));
  expect([await items.next(), await items.next(), await items.next()]).toEqual([0, undefined, undefined]);
  async function* failing() {
    yield await Promise.resolve(1);
    throw new Error('disk');
  }
  const broken = readAhead(failing());
  expect(await broken.next()).toBe(1);
  await expect(broken.next()).rejects.toThrow('disk');
  const abandoned = readAhead(failing());
  await abandoned.next();
  await abandoned.close(); // the error behind it concerns nobody
});

test('a batch carries the position behind its last window', async () => {
  for await (const { windows, position } of windowBatches(
    tinyWindows(1)({ epoch: 0, block: 0, index: 5 }),
    2,
  )) {
    expect(windows.map(({ start }) => start)).toEqual([5, 6]);
    expect(position).toEqual({ epoch: 0, block: 0, index: 7 });
    break;
  }
});
