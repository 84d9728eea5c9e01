import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trace } from '@borealis/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collectTraces } from './collect-traces.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-traces-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const traceOf = (process: string): Trace => ({
  traceEvents: [{ ph: 'M', name: 'process_name', pid: 1, args: { name: process } }],
  displayTimeUnit: 'ms',
});

test('rows stand in one file under their names; one that was refused is left out', async () => {
  const path = join(folder, 'out.json');
  const traces = await collectTraces(path);
  await writeFile(traces.fileFor('gelu f32'), JSON.stringify(traceOf('host')));
  traces.fileFor('refused f32');
  await writeFile(traces.fileFor('gelu bf16'), JSON.stringify(traceOf('host')));
  await traces.write();
  await traces.close();
  const { traceEvents } = JSON.parse(await readFile(path, 'utf8')) as Trace;
  expect(traceEvents.map(({ pid, args }) => [pid, args['name']])).toEqual([
    [1, 'gelu f32: host'],
    [2, 'gelu bf16: host'],
  ]);
});

test('a file that can’t be written is an error before anything is timed', async () => {
  await expect(collectTraces(join(folder, 'missing', 'out.json'))).rejects.toThrow('ENOENT');
});
