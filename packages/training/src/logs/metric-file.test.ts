import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../tiny-model.test.fixture.ts';
import { createMetricFile } from './metric-file.ts';
import { readMetrics } from './read-metrics.ts';

const line = (step: number, kind = 'train') =>
  `${JSON.stringify({ step, kind, values: { loss: step / 3 } })}\n`;

/** What is left of a file when training goes on from a step. */
async function resumed(text: string, step: number): Promise<string> {
  const path = join(await temporaryFolder(), 'metrics.jsonl');
  await writeFile(path, text);
  await createMetricFile(path).start({ step, steps: 10 });
  return readFile(path, 'utf8');
}

test('writes a line for each record; what JSON cannot hold is null', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl');
  const log = createMetricFile(path);
  await log.start({ step: 0, steps: 2 });
  await log.train(1, { loss: 0.1, rate: 1e-3 });
  await log.evaluation(1, { loss: NaN });
  await log.flush();
  expect(await readFile(path, 'utf8')).toBe(
    '{"step":1,"kind":"train","values":{"loss":0.1,"rate":0.001}}\n{"step":1,"kind":"validation","values":{"loss":null}}\n',
  );
  await log.close();
  expect(await readMetrics(path)).toEqual([
    { step: 1, kind: 'train', values: { loss: 0.1, rate: 0.001 } },
    { step: 1, kind: 'validation', values: { loss: null } },
  ]);
});

test.each([
  ['nothing, where all are of steps done', line(1) + line(2) + line(2, 'validation'), 2, 3],
  ['records of later steps', line(1) + line(2) + line(2, 'validation') + line(3) + line(4), 2, 3],
  ['all, where training begins anew', line(1) + line(2), 0, 0],
  ['a torn last line', `${line(1)}${line(2)}{"step":3,"kind":"tr`, 2, 2],
  ['a torn last line that could be another number', `${line(1)}${line(2)}{"step":1`, 2, 2],
  ['later records and a torn one', `${line(1)}${line(2)}${line(3)}{"st`, 1, 1],
  ['zeros that a power failure left', `${line(1)}${'\0'.repeat(100)}`, 1, 1],
])('resuming removes %s', async (_, text, step, kept) => {
  const lines = text
    .split('\n')
    .slice(0, kept)
    .map((each) => `${each}\n`);
  expect(await resumed(text, step)).toBe(lines.join(''));
});

test('a whole last record that lacks only its line feed stays, and what follows begins a new line', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl');
  await writeFile(path, line(1) + line(2).trimEnd());
  const log = createMetricFile(path);
  await log.start({ step: 2, steps: 10 });
  await log.train(3, { loss: 1 });
  await log.close();
  expect(await readFile(path, 'utf8')).toBe(line(1) + line(2) + line(3));
});

test('a line that something else changed is an error, and nothing is removed', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl');
  const text = `${line(1)}oops\n${line(2)}`;
  await writeFile(path, text);
  await expect(createMetricFile(path).start({ step: 2, steps: 10 })).rejects.toMatchObject({
    code: 'RUN_DAMAGED',
    message: expect.stringMatching(/metrics\.jsonl: line 2 .* line 3, of step 2/),
  });
  expect(await readFile(path, 'utf8')).toBe(text);
});
