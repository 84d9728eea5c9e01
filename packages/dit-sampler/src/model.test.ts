import type { Dataset } from '@borealis/dataset';
import { createRandom, startTrainingBackend } from '@borealis/tensor';
import {
  createTrainStep,
  disposeNamed,
  initialState,
  isLoraFactor,
  nameParameters,
  partition,
} from '@borealis/training';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DitBatch } from './batch.ts';
import { toBatch } from './batch.ts';
import type { DitSamplerConfig } from './config.ts';
import { presets } from './config.ts';
import { init, shapes } from './init.ts';
import { loss } from './flow/loss.ts';
import { ditSampler } from './model.ts';
import { countOf } from './parameter-specs.ts';
import { randomWindow, stirred, tiny, tinyStatistics } from './tiny.test.fixture.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

describe('for the apps', () => {
  test('the published size: 77 frames, 17 of them given', () => {
    const config = presets['wan2.2-ti2v-5b'];
    expect(ditSampler.windowSpec(config)).toEqual({ frames: 77, stride: 17, content: 'frames' });
    expect(countOf(config)).toBeGreaterThan(4_999_787_712);
  });

  test('the size of latents is that of the dataset’s pictures', () => {
    const dataset = { frameSize: { height: 64, width: 96 } } as unknown as Dataset;
    expect(ditSampler.adapt(tiny, dataset)).toEqual({ ...tiny, latentHeight: 4, latentWidth: 6 });
  });

  test.each([
    [{ dir: 'data/tokens', frameSize: undefined } as Dataset, /data\/tokens holds tokens/],
    [{ dir: 'data', frameSize: { height: 64, width: 100 } } as unknown as Dataset, /64×100.*multiples of 16/],
  ])('a dataset that doesn’t fit is refused', (dataset, message) => {
    expect(() => ditSampler.adapt(tiny, dataset)).toThrow(message);
  });
});

describe('parameters', () => {
  const config: DitSamplerConfig = { ...tiny, lora: { rank: 2, alpha: 2, dropout: 0, layers: ['to_q'] } };

  test('shapes are those of what is drawn, adapters among them', () => {
    const drawn = nameParameters(init(config, 1));
    const seen = Object.entries(drawn).map(([name, { shape, dtype }]) => [name, { shape, dtype }]);
    expect(shapes(config)).toEqual(Object.fromEntries(seen));
    disposeNamed(drawn);
  });

  test('some of them are the same as among all', () => {
    const drawn = nameParameters(init(config, 1));
    const some = nameParameters(init(config, 1, (path) => path.includes('lora') || path.startsWith('state')));
    expect(Object.keys(some)).toHaveLength(10 + 3 * 2 * 2); // what states pass through, and two adapters a block
    for (const [name, tensor] of Object.entries(some))
      expect(tensor.dataSync(), name).toEqual(drawn[name]?.dataSync());
    disposeNamed({ ...drawn });
    disposeNamed({ ...some });
  });
});

describe('training', () => {
  const windows = [randomWindow(tiny, 1), randomWindow(tiny, 2)];

  function train(config: DitSamplerConfig, count: number, parameters = init(config, 1)) {
    const trains = (path: string) => ditSampler.trainable(config, path);
    const { kept, rest } = partition(nameParameters(parameters), trains);
    const step = createTrainStep<DitBatch>({
      loss: (parameters, batch) => loss(config, parameters, batch),
      adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0 },
      maxGradientNorm: 1,
    });
    let state = initialState(kept, rest);
    const batch = toBatch(config, tinyStatistics, windows, createRandom(1));
    const losses = Array.from({ length: count }, () => {
      const result = step(state, batch, 0.01);
      ({ state } = result);
      return result.logs.loss;
    });
    step.dispose();
    return { losses, trained: Object.keys(kept), state };
  }

  test('everything trains; a batch is learned by heart', () => {
    const { losses, trained } = train(tiny, 80);
    expect(trained).toHaveLength(Object.keys(nameParameters(init(tiny, 1))).length);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? NaN) / 3);
  });

  test('with adapters these train, and what states pass through; the rest stays frozen', () => {
    const config: DitSamplerConfig = { ...tiny, lora: { rank: 2, alpha: 2, dropout: 0.2, layers: 'all' } };
    const { losses, trained } = train(config, 30, stirred(init(config, 1)));
    expect(trained.filter(isLoraFactor)).toHaveLength(2 * (2 * 10 + 6)); // ten linear layers a block, six around
    expect(
      trained.filter((name) => !isLoraFactor(name)).every((name) => name.startsWith('state_conditioner.')),
    ).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? NaN);
  });

  test('activations computed again: the same steps, dropout included', () => {
    const config: DitSamplerConfig = { ...tiny, lora: { rank: 2, alpha: 2, dropout: 0.3, layers: 'all' } };
    const kept = train(config, 4, stirred(init(config, 1))).losses;
    const again = train({ ...config, recompute: true }, 4, stirred(init(config, 1))).losses;
    again.forEach((loss, i) => {
      expect(loss).toBeCloseTo(kept[i] ?? NaN, 4);
    });
  });

  test('an adapter on layers that the model doesn’t have is an error', () => {
    const config: DitSamplerConfig = {
      ...tiny,
      lora: { rank: 2, alpha: 2, dropout: 0, layers: ['to_q', 'to_x'] },
    };
    expect(() => init(config, 1)).toThrow(/"to_x" matches none/);
  });
});
