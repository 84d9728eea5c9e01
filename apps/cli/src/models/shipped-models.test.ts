import { fileURLToPath } from 'node:url';
import type { Window } from '@borealis/dataset';
import { openDataset } from '@borealis/dataset';
import { startBackend } from '@borealis/tensor';
import { encode } from '@borealis/video-tokenizer';
import { expect, test } from 'vitest';
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
