/**
 * `npm run results -- compression|sampling --work DIR [--python PYTHON]`: makes data, trains, evaluates, and puts the tables
 * into docs. Hours; interrupted, the same command goes on.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compressionSteps } from './compression-steps.ts';
import { putTables } from './put-tables.ts';
import { runCommand } from './run-command.ts';
import { runSteps } from './run-steps.ts';
import { samplingSteps } from './sampling-steps.ts';
import type { Step } from './step.ts';

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));
const TRACKS: Readonly<Record<string, readonly Step[]>> = {
  compression: compressionSteps,
  sampling: samplingSteps,
};

const { values, positionals } = parseArgs({
  options: { work: { type: 'string' }, python: { type: 'string', default: 'python3' } },
  allowPositionals: true,
});
const steps = TRACKS[positionals[0] ?? ''];
if (steps === undefined || values.work === undefined) {
  console.error('usage: npm run results -- compression|sampling --work DIR [--python PYTHON]');
  process.exit(2);
}
const work = resolve(values.work);
const tell = (message: string): void => {
  console.error(message);
};

await runSteps(steps, { work, run: runCommand(work, values.python), tell });
const documents = new Map<string, string>();
await mkdir(join(DOCS, 'results'), { recursive: true });
for (const { document } of steps) {
  if (document === undefined) continue;
  const made = join(work, document.file);
  await copyFile(made, join(DOCS, 'results', document.file));
  documents.set(`results/${document.file}`, await readFile(made, 'utf8'));
}
const page = join(DOCS, 'results.md');
const shown = putTables(await readFile(page, 'utf8'), documents);
await writeFile(page, shown);
for (const file of documents.keys())
  tell(`${page} ${shown.includes(`<!-- from ${file}: `) ? 'shows tables of' : 'shows no table of'} ${file}`);
