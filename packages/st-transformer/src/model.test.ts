import type { Dataset } from '@borealis/dataset';
import { startTrainingBackend } from '@borealis/tensor';
import type { TrainStep } from '@borealis/training';
import { createTrainStep, initialState, nameParameters } from '@borealis/training';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StBatch } from './batch.ts';
import { toBatch } from './batch.ts';
import type { StTransformerConfig } from './config.ts';
import { presets } from './config.ts';
import { init } from './init.ts';
import { loss } from './loss.ts';
import { stTransformer } from './model.ts';
import { randomWindow, tiny, tinyStatistics } from './tiny.test.fixture.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

describe('for the apps', () => {
  test('a window is two triples of tokens, and windows begin at triples', () => {
    expect(stTransformer.windowSpec(presets.small)).toEqual({ frames: 34, stride: 17, content: 'tokens' });
  });

  test('the grid size is the dataset’s', () => {
    const dataset = { tokenShape: [3, 32, 24] } as unknown as Dataset;
    expect(stTransformer.adapt(tiny, dataset)).toEqual({ ...tiny, gridHeight: 32, gridWidth: 24 });
  });

  test('a dataset of pictures is refused', () => {
    const dataset = { dir: 'data/train', tokenShape: undefined } as Dataset;
    expect(() => stTransformer.adapt(tiny, dataset)).toThrow(/data\/train holds pictures, not tokens/);
  });
});

describe('training', () => {
  const steps = (step: TrainStep<StBatch>, count: number, config = tiny) => {
    let state = initialState(nameParameters(init(config, 1)), {});
    const batch = toBatch(tiny, tinyStatistics, [randomWindow(tiny, 1), randomWindow(tiny, 2)]);
    return Array.from({ length: count }, () => {
      const result = step(state, batch, 0.02);
      ({ state } = result);
      return result.logs;
    });
  };

  test('learns one batch by heart', () => {
    const step = createTrainStep<StBatch>({
      loss: (parameters, batch) => loss(tiny, parameters, batch),
      adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0 },
      maxGradientNorm: 1,
    });
    const logs = steps(step, 60);
    step.dispose();
    const even = Math.log(4); // of four codes, knowing nothing
    expect(Math.abs((logs[0]?.loss ?? NaN) - even)).toBeLessThan(0.1);
    expect(Math.abs((logs[0]?.['future'] ?? NaN) - even)).toBeLessThan(0.1);
    expect(logs.at(-1)?.loss).toBeLessThan(even / 4);
    expect(logs.at(-1)?.['future']).toBeLessThan(even / 4);
  });

  test.each([true, 2])('recomputed layers give the same steps: %s', (recompute) => {
    const logsOf = (config: StTransformerConfig) => {
      const step = createTrainStep<StBatch>({
        loss: (parameters, batch) => loss(config, parameters, batch),
        adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0 },
        maxGradientNorm: 1,
      });
      const logs = steps(step, 4, config);
      step.dispose();
      return logs;
    };
    const deep = { ...tiny, layers: 3 };
    const [kept, recomputed] = [logsOf(deep), logsOf({ ...deep, recompute })];
    recomputed.forEach(({ loss, gradientNorm }, i) => {
      expect(loss).toBeCloseTo(kept[i]?.loss ?? NaN, 5);
      expect(gradientNorm).toBeCloseTo(kept[i]?.gradientNorm ?? NaN, 5);
    });
  });
});
