import { describe, expect, test } from 'vitest';
import { createResourcePool } from './resource-pool.ts';

function pool(limit: number) {
  const log: string[] = [];
  return {
    log,
    resources: createResourcePool(limit, async (key) => {
      if (key === 'bad') throw new Error('no such thing');
      log.push(`open ${key}`);
      return Promise.resolve({
        key,
        close: async () => {
          log.push(`close ${key}`);
          return Promise.resolve();
        },
      });
    }),
  };
}
const nothing = async (): Promise<void> => Promise.resolve();

describe('createResourcePool', () => {
  test('opens once, closes what was used longest ago', async () => {
    const { log, resources } = pool(2);
    for (const key of ['a', 'b', 'a', 'c', 'a']) await resources.use(key, nothing);
    expect(log).toEqual(['open a', 'open b', 'open c', 'close b']);
    expect(resources.size).toBe(2);
  });

  test('what is in use stays open, over the limit too', async () => {
    const { log, resources } = pool(1);
    await resources.use('a', async () => {
      await resources.use('b', () => {
        expect(log).not.toContain('close a');
        return Promise.resolve();
      });
    });
    expect(log).toEqual(['open a', 'open b', 'close b']);
  });

  test('what can not be opened is tried again the next time', async () => {
    const { resources } = pool(1);
    await expect(resources.use('bad', nothing)).rejects.toThrow('no such thing');
    await expect(resources.use('bad', nothing)).rejects.toThrow('no such thing');
    expect(resources.size).toBe(0);
  });

  test('close waits for those in use', async () => {
    const { log, resources } = pool(1);
    const use = resources.use('a', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push('used a');
    });
    await resources.close();
    await use;
    expect(log).toEqual(['open a', 'used a', 'close a']);
  });
});
