/** Something that is opened, used and closed. */
export interface Closable {
  close(): Promise<void>;
}

/** Keeps at most so many resources open, closing the one that was used longest ago. */
export interface ResourcePool<R extends Closable> {
  /** Runs `use` with the resource of that key, which stays open meanwhile. */
  use<T>(key: string, use: (resource: R) => Promise<T>): Promise<T>;
  /** Number of resources that are open now. */
  readonly size: number;
  /** Waits for those in use, and closes all. */
  close(): Promise<void>;
}

interface Entry<R> {
  readonly opening: Promise<R>;
  users: number;
}

/** A pool of at most `limit` open resources (more only while more are in use at once), opened by key as needed. */
export function createResourcePool<R extends Closable>(
  limit: number,
  open: (key: string) => Promise<R>,
): ResourcePool<R> {
  const entries = new Map<string, Entry<R>>(); // in order of last use
  const running = new Set<Promise<unknown>>();

  async function evict(target: number): Promise<void> {
    for (const [key, entry] of [...entries]) {
      if (entries.size <= target) return;
      if (entry.users > 0) continue;
      entries.delete(key);
      await (await entry.opening).close();
    }
  }

  async function run<T>(key: string, use: (resource: R) => Promise<T>): Promise<T> {
    const entry = entries.get(key) ?? { opening: open(key), users: 0 };
    entries.delete(key);
    entries.set(key, entry);
    entry.users++;
    try {
      const resource = await entry.opening.catch((error: unknown) => {
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      });
      return await use(resource);
    } finally {
      entry.users--;
      await evict(limit);
    }
  }

  return {
    use(key, use) {
      const promise = run(key, use);
      const settled = promise.then(
        () => undefined,
        () => undefined,
      );
      running.add(settled);
      void settled.then(() => running.delete(settled));
      return promise;
    },
    get size() {
      return entries.size;
    },
    async close() {
      await Promise.all(running);
      await evict(0);
    },
  };
}
