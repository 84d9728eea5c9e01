import type { LoaderPosition, Window } from '@borealis/dataset';
import { TrainingError } from '../errors.ts';

export interface WindowBatch {
  readonly windows: readonly Window[];
  /** Behind the last window: what a checkpoint stores once the batch is used. */
  readonly position: LoaderPosition;
}

/** Windows in groups of `batchSize`; a last group that isn't full is dropped. */
export async function* windowBatches(
  windows: AsyncIterable<Window>,
  batchSize: number,
): AsyncGenerator<WindowBatch, void, void> {
  let group: Window[] = [];
  for await (const window of windows) {
    group.push(window);
    if (group.length < batchSize) continue;
    if (window.position === undefined) {
      throw new TrainingError(
        'INVALID_ARGUMENT',
        'a window carries no position, so that a run could not be resumed: shuffledWindows of @borealis/dataset sets it',
      );
    }
    yield { windows: group, position: window.position };
    group = [];
  }
}

/**
 * Asks for the next item as soon as one is taken: the file system reads it while TensorFlow, which blocks this thread,
 * computes with the one before. An error comes out where the item is taken.
 */
export function readAhead<T>(items: AsyncIterable<T>): {
  next(): Promise<T | undefined>;
  close(): Promise<void>;
} {
  const iterator = items[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T>> => {
    const asked = iterator.next();
    asked.catch(() => undefined); // taken later, or never where training ends first
    return asked;
  };
  let pending: Promise<IteratorResult<T>> | undefined;
  return {
    async next() {
      const result = await (pending ?? ask());
      pending = result.done === true ? undefined : ask();
      return result.done === true ? undefined : result.value;
    },
    async close() {
      await pending?.catch(() => undefined);
      await iterator.return?.();
    },
  };
}
