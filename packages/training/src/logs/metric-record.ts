import { z } from 'zod';

/** A line of `metrics.jsonl`. No times: two runs of one seed give equal files. */
export const metricRecordSchema = z.object({
  step: z.int().nonnegative(),
  kind: z.enum(['train', 'validation']),
  values: z.record(z.string(), z.number().nullable()),
});

/** Values that JSON can't hold (NaN, infinities) are null. */
export type MetricRecord = z.infer<typeof metricRecordSchema>;

/** The record in a line, or undefined where it is none: torn, or something else. */
export function parseMetricRecord(line: string): MetricRecord | undefined {
  try {
    return metricRecordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
