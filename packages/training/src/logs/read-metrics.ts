import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { MetricRecord } from './metric-record.ts';
import { parseMetricRecord } from './metric-record.ts';

/** The records of a `metrics.jsonl`, in order; lines that are torn are left out. Throws the system's errors. */
export async function readMetrics(path: string): Promise<MetricRecord[]> {
  const records: MetricRecord[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const record = parseMetricRecord(line);
    if (record !== undefined) records.push(record);
  }
  return records;
}
