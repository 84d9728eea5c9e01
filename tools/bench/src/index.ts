export type { BenchErrorCode } from './bench-error.ts';
export { BenchError } from './bench-error.ts';
export type { RowResult, WayResult } from './contest/row-result.ts';
export { formatResults, formatRow } from './results/format-results.ts';
export type { BenchOptions, BenchResult } from './run-bench.ts';
export { runBench } from './run-bench.ts';
export type { Precision } from './suites/suite.ts';
