import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { MetricRecord } from '@borealis/training';
import { readMetrics } from '@borealis/training';

/** What was logged while a model was trained. */
export interface RunCurves {
  readonly name: string;
  readonly metrics: readonly MetricRecord[];
}

/** The logs of runs; a model folder has none. */
export async function runCurves(folders: readonly string[]): Promise<RunCurves[]> {
  const curves: RunCurves[] = [];
  for (const folder of folders) {
    const path = join(folder, 'metrics.jsonl');
    if (existsSync(path)) curves.push({ name: basename(folder), metrics: await readMetrics(path) });
  }
  return curves;
}
