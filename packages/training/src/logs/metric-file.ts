import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { TrainingError } from '../errors.ts';
import type { MetricRecord } from './metric-record.ts';
import { parseMetricRecord } from './metric-record.ts';
import type { LogValues, TrainingLog } from './training-log.ts';

/**
 * Appends to a file of JSON lines, `{ step, kind: 'train' | 'validation', values }`. When training goes on from a
 * checkpoint, a torn last line and all records later than its step are removed first, so that the file of a run that
 * was interrupted equals that of one that wasn't.
 */
export function createMetricFile(path: string): TrainingLog {
  let file: FileHandle | undefined;

  async function append(record: MetricRecord): Promise<void> {
    file ??= await open(path, 'a');
    await file.write(`${JSON.stringify(record)}\n`);
  }

  return {
    start: ({ step }) => removeLaterRecords(path, step),
    train: (step, values) => append({ step, kind: 'train', values: finite(values) }),
    evaluation: (step, values) => append({ step, kind: 'validation', values: finite(values) }),
    flush: async () => {
      await file?.datasync();
    },
    close: async () => {
      await file?.close();
      file = undefined;
    },
  };
}

function finite(values: LogValues): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
}

/** @throws TrainingError `RUN_DAMAGED` where a line that can't be read stands before records that must be kept */
async function removeLaterRecords(path: string, step: number): Promise<void> {
  const file = await openIfThere(path);
  if (file === undefined) return;
  try {
    let kept = 0; // bytes up to the first line that goes
    let number = 0;
    let cut: { readonly line: number; readonly readable: boolean } | undefined;
    for await (const line of file.readLines({ autoClose: false, start: 0 })) {
      number++;
      const record = parseMetricRecord(line);
      const stays = record !== undefined && record.step <= step;
      if (stays && cut !== undefined && !cut.readable) {
        throw new TrainingError(
          'RUN_DAMAGED',
          `${path}: line ${cut.line} is not a metric record, but line ${number}, of step ${record.step}, follows it: ` +
            'the file was changed by something else. Mend or remove that line.',
        );
      }
      if (!stays) cut ??= { line: number, readable: record !== undefined };
      if (cut === undefined) kept += Buffer.byteLength(line) + 1;
    }
    const { size } = await file.stat();
    if (kept < size) await file.truncate(kept);
    else if (kept > size) await file.write('\n', size); // a whole record that lacks only its line feed
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
