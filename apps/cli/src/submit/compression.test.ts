import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATE_COUNT, writeTokenizedDataset } from '@borealis/dataset';
import { train } from '@borealis/trainer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSubmission } from './check-submission.ts';
import { submitCompression } from './compression.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-submit-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Segments of so many triples of 2 × 2 grids. */
async function writeTokens(name: string, triples: readonly number[]): Promise<string> {
  const dir = join(folder, name);
  const segments = triples.map((count, segment) => ({
    id: 10 * segment,
    tokens: {
      data: Int32Array.from({ length: count * 12 }, (_, i) => (segment + Math.floor(i / 4)) % 16),
      count: count * 3,
      height: 2,
      width: 2,
    },
    states: new Float32Array(count * 17 * STATE_COUNT),
  }));
  await writeTokenizedDataset(segments, { dir, layout: 'flat', framesPerShard: 1000 });
  return dir;
}

const fields = { method: 'm', team: 't', authors: 'a', email: 'e', institution: 'i', country: 'c' };

test('a run predicts the first window of each segment', { timeout: 120_000 }, async () => {
  const data = await writeTokens('data', [3, 2]);
  const run = join(folder, 'run');
  await train({
    model: 'st-transformer',
    ...{ data, run, seed: 1 },
    modelConfig: { dim: 8, layers: 1, heads: 2, vocabulary: { kind: 'codes', size: 16 } },
    training: { steps: 1, batchSize: 2, checkpointEvery: 100 },
  });
  const out = join(folder, 'submission.zip');
  const told: string[] = [];
  const submit = (changes: { readonly data?: string; readonly rehearsal?: boolean }) =>
    submitCompression({
      ...{ data, run, out, fields, rehearsal: true },
      onSample: (done, total) => told.push(`${done}/${total}`),
      ...changes,
    });

  const form = await submit({});
  expect(form).toEqual({ samples: 2, shape: [3, 2, 2], k: 16, codes: 16 });
  expect(told).toEqual(['1/2', '2/2']);
  expect(await checkSubmission(out, form)).toEqual([]);
  const refused = await checkSubmission(out);
  expect(refused.map(({ file }) => file)).toEqual(['0.npz', '10.npz', undefined]);

  await expect(submit({ rehearsal: false })).rejects.toThrow(/2 samples, .* exactly 450/);
  const short = await writeTokens('short', [2, 1]);
  await expect(submit({ data: short })).rejects.toThrow(/segment 10 .* has 17 frames; 34 are needed/);
});
