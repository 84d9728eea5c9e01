import { fileURLToPath } from 'node:url';
import type { Window } from '@borealis/dataset';
import { openDataset } from '@borealis/dataset';
import { baselineFrames, sampleCandidates, scoreFrames, summariseFrames } from '@borealis/evaluator';
import { startBackend } from '@borealis/tensor';
import { encode } from '@borealis/video-tokenizer';
import { expect, test } from 'vitest';
import { loadFrameModel } from '../evaluate/frame-models.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';
import { loadPredictor } from './load-predictor.ts';
import { shippedModels } from './shipped-models.ts';

const SAMPLE = fileURLToPath(new URL('../../../../tests/sample-data/eve-sim/val', import.meta.url));

/** Nats per token that a copy of the grid before takes on the sample's validation recordings. */
const COPY = 5.1;

test('the shipped tokenizer and ST-transformer belong together, and predict recordings that they have not seen', async () => {
  await startBackend();
  const tokenizer = await loadTokenizer(shippedModels.tokenizer);
  const loaded = await loadPredictor(shippedModels.stTransformer);
  const dataset = await openDataset(SAMPLE);
  try {
    expect(loaded.facts('shipped').step).toBeGreaterThan(1000);
    const raw = dataset.windows({ ...loaded.spec, content: 'frames' });
    const windows: Window[] = [];
    for (const i of [0, 30, 60]) {
      const { frames, ...rest } = await raw.at(i);
      if (frames === undefined) throw new Error('the sample holds pictures');
      windows.push({ ...rest, tokens: await encode(tokenizer, frames) });
    }
    const predicted = await loaded.predictor.predict(windows, { mode: 'teacher-forced', k: 1 });
    const nats = predicted.flat().flatMap(({ targetLogProbabilities = [] }) => [...targetLogProbabilities]);
    expect(nats).toHaveLength(3 * 3 * 256);
    expect(-nats.reduce((sum, value) => sum + value, 0) / nats.length).toBeLessThan(0.75 * COPY);
  } finally {
    loaded.dispose();
    await dataset.close();
  }
});

test(
  'the shipped sampler and autoencoder belong together, and predict better than a copy',
  { timeout: 60_000 },
  async () => {
    await startBackend();
    const told: string[] = [];
    const loaded = await loadFrameModel(shippedModels.ditSampler, {
      ...{ vae: shippedModels.videoVae, precision: 'bf16' },
      tell: (message) => told.push(message),
    });
    const dataset = await openDataset(SAMPLE);
    try {
      const { model } = loaded;
      if (model.kind !== 'samples') throw new Error('a sampler draws');
      expect(model.task).toEqual({ contextFrames: 17, frames: 77 });
      expect(told.filter((message) => message.startsWith('note'))).toEqual([]); // it was trained on this autoencoder's latents
      const windows = dataset.windows({ frames: 77, stride: 200, content: 'frames' });
      const drawing = {
        steps: 10,
        guidanceScale: 1,
        solver: 'unipc',
        seed: 1,
        together: 5,
        precision: 'bf16',
        whole: 0,
      } as const;
      const [copy] = await baselineFrames(dataset);
      const [drawn] = sampleCandidates({ model: 'shipped', sampler: model.sampler, numbers: [5], drawing });
      if (copy === undefined || drawn === undefined) throw new Error('a candidate is missing');
      const [of, ours] = await scoreFrames({ windows, candidates: [copy, drawn] });
      if (of === undefined || ours === undefined) throw new Error('a score is missing');
      expect(summariseFrames(ours).psnr.mean).toBeGreaterThan(summariseFrames(of).psnr.mean + 1);
    } finally {
      loaded.dispose();
      await dataset.close();
    }
  },
);
