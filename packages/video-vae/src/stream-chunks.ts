import { tf } from '@borealis/tensor';
import { VideoVaeError } from './errors.ts';
import { framesOf, timeOf } from './layers/frames.ts';
import type { VaeCache } from './time/stream-time.ts';

/** One chunk, with what the chunk before left; nothing before the first. Neither is disposed. */
export type StreamStep = (
  chunk: tf.Tensor,
  caches: readonly VaeCache[],
) => { readonly output: tf.Tensor; readonly caches: readonly VaeCache[] };

/** Chunks of one clip, an output for each; memory doesn't depend on how many there are. Chunks are disposed. */
export async function* streamChunks(
  chunks: AsyncIterable<tf.Tensor> | Iterable<tf.Tensor>,
  step: StreamStep,
): AsyncGenerator<tf.Tensor, void> {
  let caches: readonly VaeCache[] = [];
  let size: string | undefined;
  try {
    for await (const chunk of chunks) {
      try {
        size ??= sizeOf(chunk);
        checkSize(chunk, size);
        const result = step(chunk, caches);
        disposeCaches(caches);
        ({ caches } = result);
        yield result.output;
      } finally {
        chunk.dispose();
      }
    }
  } finally {
    disposeCaches(caches);
  }
}

/** A clip, its first frame alone and then `count` at a time; the outputs joined. The clip stays. */
export function wholeInChunks(x: tf.Tensor, step: StreamStep, count: number): tf.Tensor {
  const outputs: tf.Tensor[] = [];
  let caches: readonly VaeCache[] = [];
  try {
    for (let start = 0; start < timeOf(x); start += start === 0 ? 1 : count) {
      const frames = start === 0 ? 1 : Math.min(count, timeOf(x) - start);
      const chunk = tf.tidy(() => framesOf(x, start, frames));
      const result = step(chunk, caches);
      if (chunk !== x) chunk.dispose();
      disposeCaches(caches);
      ({ caches } = result);
      outputs.push(result.output);
    }
    return tf.concat(outputs, 1);
  } finally {
    disposeCaches(caches);
    tf.dispose(outputs);
  }
}

function disposeCaches(caches: readonly VaeCache[]): void {
  for (const cache of caches) tf.dispose(Object.values(cache));
}

/** Batch, height, width, channels. */
function sizeOf({ shape: [b, , ...rest] }: tf.Tensor): string {
  return [b, ...rest].join(' × ');
}

function checkSize(chunk: tf.Tensor, size: string): void {
  if (sizeOf(chunk) === size) return;
  throw new VideoVaeError(
    'CACHE',
    `a chunk of ${sizeOf(chunk)} (batch, height, width, channels) follows chunks of ${size}: another video needs a ` +
      'stream of its own',
  );
}
