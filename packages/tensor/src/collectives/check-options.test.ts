import { expect, test } from 'vitest';
import { joinCluster, startBackend, tf } from '../index.ts';
import { checkOptions, hostAndPort } from './check-options.ts';

const peers = ['10.0.0.1:2222', 'node-b.local:2222'];

test('what is left open gets its default', () => {
  expect(checkOptions({ task: 1, peers })).toEqual({
    ...{ task: 1, peers, size: 2 },
    ...{ timeoutSeconds: 300, joinSeconds: 300, heartbeatSeconds: 10 },
  });
});

test.each([
  [{ task: 0, peers: [] }, /peers is empty/],
  [{ task: 2, peers }, /task is 2; with 2 peers/],
  [{ task: 0.5, peers }, /task is 0.5/],
  [{ task: -1, peers }, /task is -1/],
  [{ task: 0, peers: ['10.0.0.1'] }, /peer 0 is "10.0.0.1"; expected host:port/],
  [{ task: 0, peers: ['10.0.0.1:0'] }, /expected host:port/],
  [{ task: 0, peers: ['10.0.0.1:65536'] }, /expected host:port/],
  [{ task: 0, peers: ['http://a:1'] }, /expected host:port/],
  [{ task: 0, peers: ['a:1', 'b:1', 'a:1'] }, /peers 0 and 2 are both a:1/],
  [{ task: 0, peers, timeoutSeconds: 0 }, /timeoutSeconds is 0/],
  [{ task: 0, peers, heartbeatSeconds: NaN }, /heartbeatSeconds is NaN/],
  [{ task: 0, peers, joinSeconds: Infinity }, /joinSeconds is Infinity/],
])('%j is refused before anything is tried', async (options, message) => {
  await expect(joinCluster(options)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(message) as string,
  });
});

test('addresses may be of IPv6', () => {
  expect(checkOptions({ task: 0, peers: ['[::1]:80'] }).size).toBe(1);
  expect(hostAndPort('[::1]:80')).toEqual({ host: '::1', port: 80 });
});

test('a cluster of one needs nobody and gives copies', async () => {
  await startBackend();
  const cluster = await joinCluster({ task: 0, peers: ['nowhere.invalid:1'] });
  const x = tf.tensor([1, 2]);
  const { sum } = cluster.allReduce({ sum: x }, 'sum');
  const { same } = cluster.broadcast({ same: x }, 0);
  x.dispose();
  cluster.barrier();
  expect([...sum.dataSync(), ...same.dataSync()]).toEqual([1, 2, 1, 2]);
});

test('without TensorFlow in this thread there is no cluster', async () => {
  const { activeInterception, setActiveInterception } = await import('../backend/active-backend.ts');
  const before = activeInterception();
  setActiveInterception(undefined);
  await expect(joinCluster({ task: 0, peers })).rejects.toMatchObject({ code: 'BACKEND_NOT_STARTED' });
  setActiveInterception(before);
});
