import { expect, test } from 'vitest';
import type { RowResult, WayResult } from '../contest/row-result.ts';
import { spreadOf } from '../contest/statistics.ts';
import { formatResults, formatRow } from './format-results.ts';

const way = (side: string, name: string, milliseconds: number[]): WayResult => ({
  side,
  way: name,
  library: `${side} 1.0`,
  device: 'cpu',
  firstCallMs: 1500,
  iterations: 1,
  milliseconds,
  spread: spreadOf(milliseconds),
  memoryBytes: 64e6,
  disagreement: undefined,
  differences: side === 'Borealis' ? [] : [{ output: 'y', largest: 2e-6, relative: 1e-7 }],
});

const fair: RowResult = {
  row: 'gelu',
  what: '[2048 2048]',
  precision: 'f32',
  ours: way('Borealis', 'compiled', [10, 11, 12]),
  theirs: [way('PyTorch', 'eager', [30, 33, 34]), way('PyTorch', 'torch.compile', [20, 22, 24])],
  best: 1,
  ratio: { value: 2, low: 1.9, high: 2.1 },
  busyByOthers: 0.02,
  unavailable: [],
  refusal: undefined,
};
const refused: RowResult = {
  ...fair,
  row: 'matmul',
  ours: undefined,
  theirs: [],
  best: undefined,
  ratio: undefined,
  refusal: 'eager: y differs',
};
const result = (rows: RowResult[], repetitions = 15) => ({
  suite: 'tensor',
  machine: { cpu: 'A CPU', cores: 2, memoryBytes: 8e9, platform: 'linux-x64' },
  threads: 2,
  repetitions,
  warmUps: 3,
  rows,
  agreed: rows.every(({ refusal }) => refusal === undefined),
});

test('the table tells machine, versions, times, the other side’s best way, ratio and difference', () => {
  const text = formatResults(result([fair]));
  expect(text).toContain('A CPU, 2 of 2 cores');
  expect(text).toContain('Borealis 1.0\nPyTorch 1.0');
  const line = text.split('\n').find((line) => line.startsWith('gelu  '));
  expect(line).toMatch(
    /11\.0 \[10\.5, 11\.5\] +1\.5 s +64 +22\.0 \[21\.0, 23\.0\] +torch\.compile +1\.5 s +64 +2\.00 \[1\.90, 2\.10\] +1\.00 +2\.0e-6/,
  );
  expect(text).toContain('other ways: eager 33.0');
  expect(text).toContain('more than 1: Borealis is faster');
  expect(text).not.toContain('too few');
  expect(text).not.toContain('other programs');
  expect(formatRow(fair)).toBe('gelu f32: 11.0 [10.5, 11.5] ms, ratio 2.00');
});

test('a way that does not count is told with the reason', () => {
  const [eager, compiled] = fair.theirs as [WayResult, WayResult];
  const theirs = [eager, { ...compiled, disagreement: 'y differs by 4e-1' }];
  const text = formatResults(result([{ ...fair, theirs, best: 0 }]));
  expect(text).toContain(
    'torch.compile 22.0 [21.0, 23.0] ms, 64 MB (not counted, outputs disagree: y differs by 4e-1)',
  );
});

test('few repetitions, a busy machine and refusals are said', () => {
  const text = formatResults(result([{ ...fair, busyByOthers: 0.6 }, refused], 5));
  expect(text).toContain('other programs used 60 % of the cores');
  expect(text).toContain('too few for figures to be quoted');
  expect(text).toContain('matmul f32: REFUSED, outputs disagree: eager: y differs');
  expect(formatRow(refused)).toBe('matmul f32: refused: eager: y differs');
});

test('alone, nothing is said of another side', () => {
  const text = formatResults(result([{ ...fair, theirs: [], best: undefined, ratio: undefined }]));
  expect(text).not.toContain('PyTorch');
  expect(text).not.toContain('ratio');
});
