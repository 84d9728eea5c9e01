import { join } from 'node:path';
import { memoryUse, startBackend } from '@borealis/tensor';
import { renderReport } from '@borealis/report';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvaluateCompressionOptions } from './compression.ts';
import { evaluateCompression } from './compression.ts';
import { compressionPage } from './compression-page.ts';
import { compressionTables } from './compression-tables.ts';
import { formatTables, markdownTables } from './format-tables.ts';
import type { TinyTokens } from './tiny-tokens.test.fixture.ts';
import { removeTinyTokens, tinyTokens, writeTinyCosmos } from './tiny-tokens.test.fixture.ts';

let tiny: TinyTokens;
beforeAll(async () => {
  await startBackend();
  tiny = await tinyTokens();
});
afterAll(() => removeTinyTokens(tiny));

const settings = (changes: Partial<EvaluateCompressionOptions> = {}): EvaluateCompressionOptions => ({
  data: tiny.tokens,
  runs: [tiny.models[0]],
  versus: [],
  shuffleStates: false,
  modes: ['teacher-forced', 'autoregressive'],
  onProgress: () => undefined,
  ...changes,
});

test('two seeds of a recipe against baselines, another recipe and other states; rooms apart; frames decoded', async () => {
  const rooms = { file: tiny.episodes, split: 'val', knownRooms: new Set([0, 1]) };
  const { evaluation, pictured } = await evaluateCompression(
    settings({
      ...{ training: tiny.tokens, runs: tiny.models, versus: [tiny.other], shuffleStates: true, rooms },
      ...{ tokenizer: tiny.tokenizer, video: tiny.raw, pictures: { typical: 2, worst: 1 } },
    }),
  );
  const { all, groups, runs: models, hashes, frameTruth, warnings } = evaluation;
  expect(warnings).toEqual(['the baselines were fitted on the very tokens that they predict']);
  expect(all).toMatchObject({ windows: 6, segments: 3 });
  expect(groups.map(({ name, windows, segments }) => [name, windows, segments])).toEqual([
    ['known rooms', 4, 2],
    ['new rooms', 2, 1],
  ]);
  const forced = all.summaries.filter(({ mode }) => mode === 'teacher-forced');
  expect(forced.map(({ name }) => name)).toEqual([
    ...['uniform', 'unigram', 'copy', 'tiny (2 seeds)', 'tiny (2 seeds), states shuffled', 'other'],
  ]);
  const runs = all.runSummaries.filter(({ mode }) => mode === 'teacher-forced');
  expect(runs.map(({ name }) => name)).toEqual([
    ...['tiny-1', 'tiny-2', 'tiny-1, states shuffled', 'tiny-2, states shuffled'],
  ]);
  expect(forced[0]?.crossEntropy.mean).toBeCloseTo(Math.log(16), 5);
  const [a = NaN, b = NaN] = runs.map(({ crossEntropy }) => crossEntropy.mean);
  expect(forced[3]?.crossEntropy.mean).toBeCloseTo((a + b) / 2, 8);
  expect(all.differences.map(({ second, mode }) => [second, mode])).toContainEqual([
    'other',
    'autoregressive',
  ]);
  expect(frameTruth).toBe('video');
  const ceiling = all.decoded?.find(({ ceiling }) => ceiling);
  expect(ceiling).toMatchObject({ name: 'true tokens', psnr: { count: 6 * 17, segments: 3 } });
  expect(all.decodedDifferences?.map(({ second }) => second)).toContain('copy of last given grid');
  expect(models[0]).toMatchObject({ name: 'tiny-1', step: 0, training: 'no data' });
  expect(new Set(models.map(({ weights }) => weights)).size).toBe(3);
  for (const hash of [models[0]?.weights, hashes.data, hashes.training, hashes.video, hashes.tokenizer])
    expect(hash).toMatch(/^[0-9a-f]{64}$/);

  expect(pictured.map(({ kind }) => kind)).toEqual(['typical', 'typical', 'worst']);
  expect(pictured[0]).toMatchObject({ frames: [17, 18, 22, 26, 30, 34], film: { frameCount: 34 } });
  const tables = compressionTables(evaluation);
  expect(formatTables(tables)).toContain('Future tokens, new rooms (2 of 1 segments)');
  expect(markdownTables(tables)).toContain('| predictor | CE, teacher-forced');
  const metrics = [{ step: 1, kind: 'validation' as const, values: { future: 2, future_autoregressive: 3 } }];
  const page = renderReport(compressionPage({ evaluation, pictured, curves: [{ name: 'tiny-1', metrics }] }));
  for (const text of ['Worst windows', '<video', 'autoregressive', hashes.data]) expect(page).toContain(text);
});

test('without video, decoded true tokens are the truth; without a tokenizer nothing is decoded', async () => {
  const { evaluation } = await evaluateCompression(settings({ tokenizer: tiny.tokenizer, windows: 2 }));
  expect(evaluation).toMatchObject({ frameTruth: 'decoded true tokens', all: { windows: 2 } });
  expect(evaluation.all.decoded?.some(({ ceiling }) => ceiling)).toBe(false);
  const before = memoryUse();
  const { evaluation: bare, pictured } = await evaluateCompression(
    settings({ pictures: { typical: 1, worst: 1 }, modes: ['autoregressive'] }),
  );
  expect(bare.all.decoded).toBeUndefined();
  expect(pictured).toEqual([]);
  expect(memoryUse().tensors).toBe(before.tensors);
});

test('what does not belong together is refused', async () => {
  const wrong = join(tiny.folder, 'wrong.safetensors');
  await writeTinyCosmos(wrong, 2);
  await expect(evaluateCompression(settings({ tokenizer: wrong }))).rejects.toMatchObject({ code: 'tokens' });
  await expect(evaluateCompression(settings({ runs: [tiny.models[0], tiny.models[0]] }))).rejects.toThrow(
    /given twice/,
  );
  await expect(evaluateCompression(settings({ video: tiny.raw }))).rejects.toThrow(/--tokenizer FILE/);
  await expect(evaluateCompression(settings({ training: tiny.raw }))).rejects.toThrow(/--train takes tokens/);
  const rooms = { file: tiny.episodes, split: 'train', knownRooms: new Set([0]) };
  await expect(evaluateCompression(settings({ rooms }))).rejects.toMatchObject({ code: 'groups' });
  await expect(evaluateCompression(settings({ data: tiny.raw }))).rejects.toThrow();
});
