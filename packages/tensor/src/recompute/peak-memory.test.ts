import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

async function peakBytes(way: 'plain' | 'recomputed'): Promise<number> {
  const main = fileURLToPath(new URL('training-peak.test.fixture.ts', import.meta.url));
  const args = ['--conditions=@borealis/source', '--import', 'tsx', main, way];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

it('a compiled training step of 8 recomputed layers needs less than a third of the memory', async () => {
  const plain = await peakBytes('plain');
  expect(plain).toBeGreaterThan(60 << 20); // 8 layers of 4 MiB and more
  expect(await peakBytes('recomputed')).toBeLessThan(plain / 3);
});
