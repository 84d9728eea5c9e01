/** One line of `borealis bench loading`. */
export interface LoadingRow {
  readonly name: string;
  readonly what: string;
  readonly dtype: 'F32' | 'BF16' | 'F16';
  /** `cold`: the system has nothing of the files in memory. */
  readonly cache: 'warm' | 'cold';
  readonly shards: number;
}

export const LOADING_ROWS: readonly LoadingRow[] = [
  { name: 'f32', what: 'one file, held as stored', dtype: 'F32', cache: 'warm', shards: 1 },
  { name: 'f32-cold', what: 'the same, not in the page cache', dtype: 'F32', cache: 'cold', shards: 1 },
  { name: 'bf16', what: 'one file, held as bfloat16', dtype: 'BF16', cache: 'warm', shards: 1 },
  { name: 'bf16-shards', what: 'four files and their index', dtype: 'BF16', cache: 'warm', shards: 4 },
  { name: 'f16', what: 'one file, widened to float32', dtype: 'F16', cache: 'warm', shards: 1 },
];
