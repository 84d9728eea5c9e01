import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';
import { quickstart } from './quickstart.ts';

const SAMPLE = fileURLToPath(new URL('../../../../tests/sample-data/eve-sim', import.meta.url));

const { tokens, sampling } = plan;
const drawing = { ...sampling.evaluation.settings, samples: [2], steps: [2], together: 2 };
/** A little of everything. */
const little: Plan = {
  ...plan,
  tokens: {
    ...tokens,
    validation: { windows: 2, autoregressive: 1 },
    learning: {
      ...tokens.learning,
      shipped: { offsets: [0], training: { ...tokens.learning.shipped.training, steps: 2 } },
    },
  },
  compression: { windows: 2, pictures: { typical: 1, worst: 0 } },
  sampling: {
    ...sampling,
    learning: {
      ...{ stride: 200, windows: 1, sampling: { windows: 1, samples: 1, steps: 1 } },
      training: { ...sampling.learning.training, steps: 2, batchSize: 1 },
    },
    evaluation: { stride: 200, settings: drawing, pictures: { typical: 1, worst: 0 } },
  },
  counterfactuals: { ...drawing, shuffleStates: false },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-quickstart-'));
  for (const [from, to] of [
    ['val', 'train'], // smaller than the training split, and what is learned is not the point
    ['val', 'val'],
    ['pairs', 'pairs'],
  ] as const)
    await cp(join(SAMPLE, from), join(folder, 'data', to), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  'trains and evaluates both tracks, goes on where it was told to end, and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const options = {
      ...{
        data: join(folder, 'data'),
        run: join(folder, 'run'),
        report: join(folder, 'report'),
        plan: little,
      },
      tell: (message: string) => {
        told.push(message);
        if (message.startsWith('training: step 1 of')) stop.abort();
      },
    };
    await expect(quickstart({ ...options, signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });

    const { training, compression, sampling, counterfactuals, page } = await quickstart(options);
    expect(told).toContainEqual(expect.stringMatching(/^tokens: done before/));
    expect(training.compression).toMatchObject({ steps: 2, before: { loss: expect.any(Number) as number } });
    expect(training.sampling).toMatchObject({ steps: 2, after: { psnr: expect.any(Number) as number } });
    expect(compression.all.windows).toBe(2);
    expect(sampling.all.summaries.map(({ name }) => name)).toContain('dit-sampler, mean of 2');
    expect(counterfactuals).not.toBeNull();
    const html = await readFile(page, 'utf8');
    for (const heading of ['Sampling track', 'Does it follow what the robot does?', 'Compression track'])
      expect(html).toContain(heading);

    told.length = 0;
    await quickstart(options);
    expect(told.filter((message) => !/: done before|^report: /.test(message))).toEqual([]);
  },
);
