import { join } from 'node:path';
import { STATE_COUNT } from '@borealis/dataset';
import { startTrainingBackend } from '@borealis/tensor';
import { disposeNamed, isLoraName, nameParameters, writeModelFolder } from '@borealis/training';
import { beforeAll, expect, test } from 'vitest';
import { loadTrained } from './load-trained.ts';
import { movingBars } from './moving-bar.test.fixture.ts';
import { train } from './train.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

test('post-training a model that knew no states: it starts as that model, and what it was stays', async () => {
  const { folder, ...bars } = await movingBars();
  const plain = { ...bars, modelConfig: { ...bars.modelConfig, states: null } };
  const base = await train({ ...plain, run: join(folder, 'base-run') });
  const trained = await loadTrained(base.run);
  const from = join(folder, 'base');
  await writeModelFolder(from, {
    record: { model: 'dit-sampler', config: trained.config as null, training: trained.origin },
    parameters: nameParameters(trained.parameters),
    ...{ statistics: trained.statistics, storage: 'f32', card: '' },
  });

  const modelConfig = {
    states: { channels: STATE_COUNT, form: 'motion', frequencies: 1, dim: 4, dropout: 0 },
    lora: { rank: 2, alpha: 2, dropout: 0, layers: 'all' },
  };
  const post = await train({ ...bars, run: join(folder, 'post-run'), from, modelConfig });
  expect(post.before).toEqual(base.evaluation);
  expect(post.evaluation).not.toEqual(base.evaluation);

  const after = await loadTrained(post.run);
  const [old, now] = [nameParameters(trained.parameters), nameParameters(after.parameters)];
  const added = Object.keys(now).filter((name) => !(name in old));
  expect(added.filter((name) => !isLoraName(name) && !name.startsWith('state_conditioner.'))).toEqual([]);
  for (const [name, tensor] of Object.entries(old))
    expect(now[name]?.dataSync(), name).toEqual(tensor.dataSync());
  const unheard = /text_embedder\.linear_1|attn2\.to_[qk]/; // the text is one token of zeros
  const written = added.filter((name) => name.endsWith('lora_B.weight') && !unheard.test(name));
  const still = written.filter((name) => now[name]?.dataSync().every((value) => value === 0));
  expect(written.length).toBeGreaterThan(5);
  expect(still).toEqual([]);
  disposeNamed(old);
  disposeNamed(now);
});
