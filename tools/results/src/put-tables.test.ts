import { expect, test } from 'vitest';
import { putTables } from './put-tables.ts';

const document = '# A\n\n**Scores**\n\n| a |\n| --- |\n| 2 |\n\nA note.\n\n**Others**\n\n| b |\n';
const page = (table: string) =>
  `Before.\n\n<!-- from a.md: Scores -->\n\n${table}\n\n<!-- end -->\n\nAfter.\n`;

test('a table takes the place of what stood there; what is around it stays', () => {
  const documents = new Map([['a.md', document]]);
  const put = putTables(page('| a |\n| --- |\n| 1 |'), documents);
  expect(put).toBe(page('| a |\n| --- |\n| 2 |'));
  expect(putTables(put, documents)).toBe(put);
});

test('tables of documents that were not made now stay', () => {
  expect(putTables(page('| a |'), new Map())).toBe(page('| a |'));
});

test('a table that the document lacks is an error', () => {
  const other = page('| a |').replace('Scores', 'Score');
  expect(() => putTables(other, new Map([['a.md', document]]))).toThrow(/a\.md has no table “Score”/);
});
