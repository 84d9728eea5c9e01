import { tf } from '@borealis/tensor';

/** Rows whose scores are in memory together: 512 of 64,000 codes are 131 MB. */
const ROWS_AT_A_TIME = 512;

/** Visits `[n c]` in parts; what a visit makes is disposed after it. */
export function forEachRowPart(rows: tf.Tensor, visit: (part: tf.Tensor, start: number) => void): void {
  const n = rows.shape[0];
  for (let start = 0; start < n; start += ROWS_AT_A_TIME) {
    const count = Math.min(ROWS_AT_A_TIME, n - start);
    tf.tidy(() => {
      visit(tf.slice(rows, [start, 0], [count, -1]), start);
    });
  }
}
