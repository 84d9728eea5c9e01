import { expect, test } from 'vitest';
import { formatLoading } from './format-loading.ts';
import { runLoading } from './run-loading.ts';

test('every row is loaded and read plainly, and told in a line', async () => {
  const stages: string[] = [];
  const result = await runLoading({
    rows: '^(f16|bf16-shards)$',
    repetitions: 2,
    bytes: 60e6,
    onStage: (stage) => stages.push(stage),
  });
  expect(result.rows.map(({ row }) => row)).toEqual(['bf16-shards', 'f16']);
  for (const { bytes, first, cat, reading, firstToCat, firstToReading } of result.rows) {
    expect(bytes).toBeGreaterThanOrEqual(60e6);
    expect(first.median).toBeGreaterThan(0);
    expect(firstToCat.value).toBeCloseTo(cat.median / first.median, 9);
    expect(firstToReading.value).toBeCloseTo(reading.median / first.median, 9);
  }
  expect(stages).toContain('f16: repetition 2 of 2');
  const text = formatLoading(result);
  expect(text).toContain('too few for figures to be quoted');
  expect(text.split('\n').find((line) => line.startsWith('f16 '))).toMatch(/\d+ \[\d+, \d+\] .* \[/);
});

test('an unknown row is refused, and the known are told', async () => {
  const failure = runLoading({ rows: 'none', onStage: () => undefined });
  await expect(failure).rejects.toThrow(/no row of loading matches none; there are: f32, f32-cold, bf16/);
});
