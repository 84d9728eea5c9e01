import { open } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { activeInterception } from '../backend/active-backend.ts';
import { memoryUse, startBackend } from '../index.ts';
import type { PlannedRead } from './plan-reads.ts';
import { batchReads } from './plan-reads.ts';
import { readNatively } from './read-natively.ts';
import { temporaryFolder } from './temporary-folder.test.fixture.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

function read(name: string, file: string, position: number, byteLength: number, fd = -1): PlannedRead {
  return {
    name,
    info: { dtype: 'F32', shape: [byteLength / 4], byteLength },
    location: { file, fd, position },
    held: { dtype: 'float32', storage: 'float32' },
  };
}

test('batches are in the order of the files, and of about one size', () => {
  const reads = [
    read('d', 'two', 8, 60),
    read('b', 'one', 60, 50),
    read('a', 'one', 10, 50),
    read('c', 'two', 0, 8),
    read('e', 'two', 68, 400),
  ];
  const names = (bytes: number) => batchReads(reads, bytes).map((batch) => batch.map(({ name }) => name));
  expect(names(100)).toEqual([
    ['c', 'd', 'e'],
    ['a', 'b'],
  ]);
  expect(names(1)).toEqual([['c'], ['d'], ['e'], ['a'], ['b']]);
  expect(batchReads([], 100)).toEqual([]);
});

test('what the system says of a disk is told with file and tensor', async () => {
  const interception = activeInterception();
  if (interception === undefined) throw new Error('no backend');
  const folder = await temporaryFolder();
  const handle = await open(folder, 'r'); // reading from a folder is an error of the system
  const before = memoryUse();
  const reads = [read('layer.weight', folder, 0, 1 << 20, handle.fd)];
  await expect(readNatively(interception, reads, {})).rejects.toMatchObject({
    name: 'TensorError',
    code: 'READ_FAILED',
    message: expect.stringMatching(
      /^.*borealis-tensor-.*: tensor "layer.weight" \(F32 \[262144\]\).* EISDIR/,
    ) as string,
  });
  await handle.close();
  await expect(readNatively(interception, reads, {})).rejects.toThrow(/EBADF/);
  expect(memoryUse().nativeTensors).toBe(before.nativeTensors);
});
