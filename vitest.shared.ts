import { mkdirSync, writeFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** What no test caught fails the run, but isn't in vitest's result: kept for the end of `npm test`, which names it. */
const unhandledErrors: Reporter = {
  onTestRunEnd: (_, errors) => {
    if (errors.length === 0) return;
    mkdirSync('test-results', { recursive: true });
    const told = errors.map(({ stack, message }) => stack ?? message);
    writeFileSync('test-results/unhandled.json', JSON.stringify(told));
  },
};

/**
 * What every package's tests share. Sources are read as TypeScript through the `@borealis/source` condition,
 * so no build comes before a test.
 */
export default defineConfig({
  resolve: { conditions: ['@borealis/source'] },
  // Without 'import', which would hold for `require` as well: CommonJS would get modules it can't use.
  ssr: { resolve: { conditions: ['@borealis/source', 'node', 'module', 'default'] } },
  test: {
    include: ['src/**/*.test.ts'],
    // TensorFlow's context belongs to a process: forks end it cleanly, and one file at a time keeps two cores free of contention.
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }], unhandledErrors],
    execArgv: ['--conditions=@borealis/source'],
  },
});
