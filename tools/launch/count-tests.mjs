import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Adds up the results that vitest left in each project; nx puts them back where it took a result from its cache.
 * A project without tests or results, a test file that could not even be loaded, and an error that no test caught count
 * as one failure each.
 */
export function countTests(folders) {
  const count = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const fail = (line) => {
    count.failed += 1;
    count.failures.push(line);
  };
  for (const folder of folders) {
    const project = basename(folder);
    const unhandled = join(folder, 'test-results', 'unhandled.json');
    if (existsSync(unhandled)) {
      for (const error of JSON.parse(readFileSync(unhandled, 'utf8')))
        fail(`${project}: no test caught ${error}`);
    }
    const path = join(folder, 'test-results', 'vitest.json');
    if (!existsSync(path)) {
      fail(`${project}: its tests left no result`);
      continue;
    }
    const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
    if (testResults.length === 0) fail(`${project}: it has no tests`);
    for (const file of testResults) {
      const name = `${project} ${basename(file.name)}`;
      for (const { status, fullName } of file.assertionResults) {
        if (status === 'passed') count.passed += 1;
        else if (status === 'failed') fail(`${name}: ${fullName}`);
        else count.skipped += 1;
      }
      const broken =
        file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed');
      if (broken) fail(`${name}: ${(file.message ?? '').split('\n')[0]}`);
    }
  }
  return count;
}
