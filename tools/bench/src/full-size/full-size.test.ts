import { expect, test } from 'vitest';
import { formatFullSize } from './format-full-size.ts';
import { runFullSize } from './run-full-size.ts';

test('a checkpoint is written, loaded by another process and run, twice', { timeout: 120_000 }, async () => {
  const stages: string[] = [];
  const result = await runFullSize({
    changes: {
      ...{ layers: 3, heads: 2, headDim: 12, ffnDim: 40, freqDim: 8, textDim: 16, textLength: 3 },
      ...{ latentFrames: 3, contextLatents: 1, latentHeight: 4, latentWidth: 4 },
    },
    onStage: (stage) => stages.push(stage),
  });
  const { parameterCount, bytes, tokens, cold, warm } = result;
  expect(bytes).toBe(2 * parameterCount);
  expect(tokens).toBe(3 * 2 * 2);
  expect(warm.deviation).toBe(cold.deviation);
  expect(result.postTraining.map(({ layers }) => layers)).toEqual([1, 3]);
  expect(stages).toHaveLength(5);
  expect(formatFullSize(result)).toMatch(/on disk +\d.*\nin the cache +\d/);
});
