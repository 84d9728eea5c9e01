import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderReport } from '@borealis/report';
import { memoryUse, startBackend } from '@borealis/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleWindow } from '../imagine/sample-window.ts';
import { checkSamplingSubmission } from '../submit/check-sampling.ts';
import { submitSampling } from '../submit/sampling.ts';
import { counterfactualTable } from './counterfactual-table.ts';
import { evaluateCounterfactuals } from './counterfactuals.ts';
import { formatTables, markdownTables } from './format-tables.ts';
import { samplingPage } from './sampling-page.ts';
import type { SamplingSettings } from './sampling-settings.ts';
import { samplingTables } from './sampling-tables.ts';
import type { EvaluateSamplingOptions } from './sampling.ts';
import { evaluateSampling } from './sampling.ts';
import type { TinySamplers } from './tiny-samplers.test.fixture.ts';
import { removeTinySamplers, tinySamplers } from './tiny-samplers.test.fixture.ts';

let tiny: TinySamplers;
beforeAll(async () => {
  await startBackend();
  tiny = await tinySamplers();
});
afterAll(() => removeTinySamplers(tiny));

const settings: SamplingSettings = {
  ...{
    samples: [1, 2],
    combination: 'mean',
    steps: [2, 1],
    guidance: [1, 3],
    solver: 'euler',
    seed: 1,
    together: 2,
  },
  ...{ precision: 'f32', whole: 1, shuffleStates: true, sweep: { samples: 2, windows: 2 } },
};
const tell = () => undefined;

const options = (changes: Partial<EvaluateSamplingOptions> = {}): EvaluateSamplingOptions => ({
  ...{ data: tiny.raw, training: tiny.raw, run: tiny.sampler, versus: [tiny.deaf], vae: tiny.vae },
  ...{ settings, stride: 4, onProgress: tell },
  ...changes,
});

test('samples and their means against baselines, another model, other states, other settings; rooms apart', async () => {
  const rooms = { file: tiny.episodes, split: 'val', knownRooms: new Set([1]) };
  const { evaluation, pictured } = await evaluateSampling(
    options({ rooms, pictures: { typical: 1, worst: 1 } }),
  );
  const { all, groups, sweeps, calibration, task, runs, hashes } = evaluation;
  expect(task).toEqual({ contextFrames: 1, frames: 5 });
  expect(all).toMatchObject({ windows: 4, segments: 2 });
  expect(groups.map(({ name, windows }) => [name, windows])).toEqual([
    ['known rooms', 2],
    ['new rooms', 2],
  ]);
  const names = all.summaries.map(({ name }) => name.replace(/σ [\d.]+/, 'σ'));
  expect(names).toEqual([
    ...['copy of frame 1', 'mean of 1 frames', 'copy, blurred (σ px)'],
    ...['sampler, 1 sample', 'sampler, mean of 2', 'sampler, 1 sample, blurred (σ px)'],
    ...['deaf, 1 sample', 'deaf, mean of 2'],
    ...['sampler, 1 sample, states of another segment', 'sampler, mean of 2, states of another segment'],
    'true latents, decoded',
  ]);
  const summary = (name: string) => all.summaries.find((each) => each.name === name);
  expect(summary('sampler, 1 sample')?.psnrOfFrames).toHaveLength(4); // of every frame that is not given
  expect(summary('sampler, mean of 2')?.psnrOfFrames).toHaveLength(1); // of the last
  const one = summary('sampler, 1 sample');
  expect(one?.psnrOfFrames.at(-1)).toBeCloseTo(one?.psnr.mean ?? NaN, 9);
  const compared = all.differences.map(({ first, second }) => [first, second]);
  expect(compared).toContainEqual(['sampler, mean of 2', 'copy of frame 1']);
  expect(compared).toContainEqual(['sampler, mean of 2', 'sampler, 1 sample']);
  expect(compared).toContainEqual(['sampler, 1 sample', 'deaf, 1 sample']);
  expect(compared).toContainEqual(['sampler, mean of 2', 'sampler, mean of 2, states of another segment']);
  expect(sweeps.map(({ setting, points }) => [setting, points.map(({ value }) => value)])).toEqual([
    ['steps', [1, 2]],
    ['guidance', [1, 3]],
  ]);
  const [inSteps, inScales] = sweeps.map(({ points }) =>
    points.map(({ summaries }) => summaries[1]?.psnr.mean),
  );
  expect(inSteps?.[1]).toBe(inScales?.[0]); // the main setting is in both
  expect(new Set([...(inSteps ?? []), ...(inScales ?? [])]).size).toBe(3);
  expect(calibration?.pixels).toBe(4 * 32 * 32);
  expect(runs.map(({ name }) => name)).toEqual(['sampler', 'deaf']);
  expect(hashes.vae).toMatch(/^[0-9a-f]{64}$/);
  expect(pictured.map(({ kind }) => kind)).toEqual(['typical', 'worst']);
  const tables = samplingTables(evaluation);
  expect(formatTables(tables)).toContain('Frame 5, new rooms: 2 windows of 1 segments');
  expect(markdownTables(tables)).toContain('| sampler, 1 sample |');
  expect(renderReport(samplingPage({ evaluation, pictured, curves: [] }))).toContain(
    'The windows that are predicted worst',
  );
});

test('evaluated twice the numbers are the same, and nothing piles up', async () => {
  const few = { samples: [1], steps: [1], guidance: [1], whole: 0, shuffleStates: false };
  const once = options({ windows: 1, versus: [], settings: { ...settings, ...few } });
  const { evaluation } = await evaluateSampling(once);
  const before = memoryUse();
  expect((await evaluateSampling(once)).evaluation).toEqual(evaluation);
  expect(memoryUse()).toMatchObject({ tensors: before.tensors, nativeTensors: before.nativeTensors });
});

test('without a model: baselines alone; a model without its autoencoder is refused', async () => {
  const { run: _, vae: __, ...alone } = options({ versus: [], stride: 77 });
  await expect(evaluateSampling(alone)).rejects.toMatchObject({ code: 'nothing-to-evaluate' }); // no 77 frames
  const { vae: ___, ...without } = options();
  await expect(evaluateSampling(without)).rejects.toThrow(/--vae/);
});

test('two ways to act: half are right for whoever does not hear the states', async () => {
  const result = await evaluateCounterfactuals({
    ...{ a: tiny.raw, b: tiny.otherWay, runs: [tiny.sampler, tiny.deaf], vae: tiny.vae },
    ...{ settings: { ...settings, samples: [1] }, onProgress: tell },
  });
  expect(result).toMatchObject({ frame: 5, windows: 2 });
  const [hears, deaf] = result.summaries;
  expect(deaf).toMatchObject({ nearer: { mean: 0.5 }, margin: { mean: 0 } });
  expect(hears?.margin.mean).not.toBe(0);
  expect(formatTables([counterfactualTable(result)])).toContain('50.0');
  const apart = { a: tiny.raw, b: tiny.otherWay, runs: [tiny.sampler] };
  await expect(evaluateCounterfactuals({ ...apart, settings, onProgress: tell })).rejects.toThrow(/--vae/);
});

const drawing = { samples: 2, steps: 1, seed: 1, solver: 'unipc', guidanceScale: 1 } as const;
const combination = 'mean';

test('a window as film and stills', async () => {
  const out = join(tiny.folder, 'samples');
  const model = { run: tiny.sampler, vae: tiny.vae };
  const given = { ...model, data: tiny.raw, stride: 4, drawing, combination, out, tell } as const;
  const { psnr, segment } = await sampleWindow({ ...given, window: 2 });
  expect(segment).toBe(1);
  expect(psnr?.samples).toHaveLength(2);
  expect(psnr?.combined).toMatchObject({ name: 'mean of 2', value: expect.any(Number) });
  expect((await readdir(out)).sort()).toEqual(['window-2.mp4', 'window-2.png']);
  await expect(sampleWindow({ ...given, window: 4 })).rejects.toThrow(/4 windows .* counted from 0; 4 was/);
  const median = await sampleWindow({ ...given, window: 2, combination: 'median' });
  expect(median.psnr?.samples).toEqual(psnr?.samples);
  expect(median.psnr?.combined?.name).toBe('median of 2');
});

test('beyond the window as far as there are states', async () => {
  const model = { run: tiny.sampler, vae: tiny.vae };
  const given = { ...model, data: tiny.raw, stride: 4, drawing, combination, tell } as const;
  const far = { ...given, window: 1, out: join(tiny.folder, 'far') };
  expect(await sampleWindow({ ...far, beyond: 1 })).toMatchObject({ segment: 1, psnr: {} }); // 9 frames of 9
  await expect(sampleWindow({ ...far, beyond: 2 })).rejects.toThrow(/0 windows of 13 frames/);
});

test('a submission is written whole, and checked', async () => {
  const out = join(tiny.folder, 'submission');
  const fields = { method: 'm', team: 't', authors: 'a', email: 'e', institution: 'i', country: 'c' };
  const model = { run: tiny.sampler, vae: tiny.vae };
  const given = { ...model, data: tiny.raw, drawing, combination, out, fields, tell } as const;
  expect(await submitSampling(given)).toMatchObject({ frame: 5, height: 32, width: 32, ids: ['4', '7'] });
  expect((await readdir(out)).sort()).toEqual(['4.png', '7.png', 'README.txt', 'metadata.json']);
  await expect(submitSampling(given)).rejects.toMatchObject({ code: 'exists' });
  expect(await checkSamplingSubmission(out, { rehearsal: true })).toEqual([]);
  expect(await checkSamplingSubmission(out)).toMatchObject([{ file: 'metadata.json' }]); // 250 clips are expected

  const png = await readFile(join(out, '4.png'));
  await writeFile(join(out, '4.png'), png.subarray(0, png.length / 2));
  await rm(join(out, '7.png'));
  await writeFile(join(out, 'notes.txt'), '');
  await writeFile(join(out, 'README.txt'), 'Method: m\n');
  const problems = await checkSamplingSubmission(out, { rehearsal: true });
  expect(problems.map(({ file }) => file)).toEqual(['README.txt', 'notes.txt', '4.png', '7.png']);
  await writeFile(join(out, 'metadata.json'), '{"form":"another"}');
  expect(await checkSamplingSubmission(out, { rehearsal: true })).toMatchObject([
    { file: 'README.txt' },
    { file: 'metadata.json' },
  ]);
});
