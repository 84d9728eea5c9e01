import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { differences } from '../backend/ops-in-worker.test.fixture.ts';
import { startBackend } from '../index.ts';
import { fusedValues } from './fused-values.test.fixture.ts';

let best: ReturnType<typeof fusedValues>;
beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
  best = fusedValues();
});

function valuesWith(kernels: string): typeof best {
  const script = fileURLToPath(new URL('print-fused-values.test.fixture.ts', import.meta.url));
  const output = execFileSync(
    process.execPath,
    ['--conditions=@borealis/source', '--import', 'tsx', script],
    {
      env: { ...process.env, BOREALIS_KERNELS: kernels },
      encoding: 'utf8',
      maxBuffer: 2 ** 25,
    },
  );
  return JSON.parse(output) as typeof best;
}

// On a processor without one of these, what is asked for is the baseline, or the best that there is.
it.each(['avx512bf16', 'avx512', 'avx2', 'baseline'])(
  'kernels for %s give what this processor’s best give',
  (kernels) => {
    const other = valuesWith(kernels);
    expect([kernels, 'baseline']).toContain(other.instructions);
    const off = Object.entries(differences(best.values, other.values)).filter(
      ([, largest]) => !(largest < 2e-5),
    );
    expect(off).toEqual([]);
    // Factors are rounded to bfloat16, where the processor multiplies these, and results.
    for (const [name, largest] of Object.entries(differences(best.halves, other.halves)))
      expect(largest, name).toBeLessThan(0.03);
    expect(Object.keys(best.values).length).toBeGreaterThan(30);
  },
);
