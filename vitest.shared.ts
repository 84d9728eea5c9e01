import { defineConfig } from 'vitest/config';

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
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
    execArgv: ['--conditions=@borealis/source'],
  },
});
