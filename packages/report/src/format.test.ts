import { describe, expect, it } from 'vitest';
import { formatDuration } from './format-duration.ts';
import { formatInterval } from './format-interval.ts';
import { formatMarkdown } from './format-markdown.ts';
import { formatNumber } from './format-number.ts';
import { formatTable } from './format-table.ts';
import type { TableColumn } from './table.ts';

it.each([
  [0, '0.00'],
  [-0.001, '0.00'],
  [-3.14159, '−3.14'],
  [9999.5, '9999.50'],
  [1234567.891, '1,234,567.89'],
  [NaN, '–'],
  [-Infinity, '−∞'],
])('formatNumber(%d) is %s', (value, text) => expect(formatNumber(value)).toBe(text));

it('formatNumber has as many digits as asked', () => {
  expect(formatNumber(12345.6, { digits: 0 })).toBe('12,346');
  expect(formatNumber(0.00123, { digits: 4 })).toBe('0.0012');
});

it.each([
  [0.0004, '0 ms'],
  [0.45, '450 ms'],
  [0.9999, '1.0 s'],
  [59.94, '59.9 s'],
  [59.96, '1 min 00 s'],
  [245, '4 min 05 s'],
  [3599.6, '1 h 00 min'],
  [3720, '1 h 02 min'],
  [86_400 * 3 + 4 * 3600, '3 d 04 h'],
  [NaN, '–'],
  [-1, '–'],
])('formatDuration(%d) is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

it('formatInterval leaves out bounds that say nothing', () => {
  expect(formatInterval({ mean: 24.884, low: 24.1, high: 25.53 }, { unit: 'dB' })).toBe('24.88 [24.10, 25.53] dB');
  expect(formatInterval({ mean: 1, low: -Infinity, high: Infinity }, { digits: 1 })).toBe('1.0');
});

describe('formatTable', () => {
  const columns: TableColumn[] = [
    { key: 'name', title: 'Model' },
    { key: 'psnr', title: 'PSNR', unit: 'dB', best: 'highest' },
    { key: 'steps', title: 'Steps', digits: 0 },
  ];

  it('aligns, marks the best, sets reference rows apart', () => {
    const rows = [
      { cells: { name: 'copy', psnr: { mean: 9.5, low: 9, high: 10 }, steps: null } },
      { cells: { name: 'model', psnr: { mean: 23.38, low: 22.9, high: 23.8 }, steps: 12000 } },
      { cells: { name: 'ceiling', psnr: 30 }, reference: true },
    ];
    expect(formatTable(columns, rows).split('\n')).toEqual([
      'Model                  PSNR (dB)   Steps',
      '─────────  ─────────────────────  ──────',
      'copy        9.50   [9.00, 10.00]',
      'model      23.38* [22.90, 23.80]  12,000',
      '(ceiling)  30.00',
    ]);
  });

  it('marks all that print the same, and none where there is no rival', () => {
    const row = (name: string, psnr: number) => ({ cells: { name, psnr } });
    expect(formatTable(columns, [row('a', 1.001), row('b', 1.002), row('c', 0.9)]).match(/\*/g)).toHaveLength(2);
    expect(formatTable(columns, [row('a', 1)])).not.toContain('*');
    expect(formatTable(columns, [row('a', NaN), row('b', 2), row('c', 1)])).toContain('2.00*');
  });

  it('does not let a name command the terminal', () => {
    const text = formatTable(columns, [{ cells: { name: 'a\u001b[2Jb\nc\u202ed', psnr: 1 } }]);
    expect(text).toContain('a\\u001b[2Jb\\u000ac\\u202ed');
    expect(text.split('\n')).toHaveLength(3);
  });

  it('counts wide characters as two columns', () => {
    const [, rule, first, second] = formatTable(columns, [
      { cells: { name: '模型', psnr: 1 } },
      { cells: { name: 'abcd', psnr: 1 } },
    ]).split('\n');
    expect(rule?.startsWith('─────  ')).toBe(true);
    expect(first?.indexOf('1.00')).toBe((second?.indexOf('1.00') ?? 0) - 2);
  });
});

it('formatMarkdown escapes names, marks the best, puts intervals behind', () => {
  const columns: TableColumn[] = [
    { key: 'name', title: 'a|b' },
    { key: 'psnr', title: 'PSNR', unit: 'dB', best: 'highest' },
  ];
  const rows = [
    { cells: { name: 'copy_1', psnr: { mean: 9.5, low: 9, high: 10 } } },
    { cells: { name: 'x | **y**', psnr: 23.384 } },
    { cells: { name: 'ceiling', psnr: 30 }, reference: true },
  ];
  expect(formatMarkdown(columns, rows).split('\n')).toEqual([
    '| a\\|b | PSNR, dB |',
    '| --- | --: |',
    '| copy\\_1 | 9.50 [9.00, 10.00] |',
    '| x \\| \\*\\*y\\*\\* | **23.38** |',
    '| _ceiling_ | 30.00 |',
  ]);
});
