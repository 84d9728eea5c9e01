import type { Window } from '@borealis/dataset';
import { memoryUse, startBackend, tf } from '@borealis/tensor';
import type { CodeChoice, GridPrediction } from '@borealis/training';
import { beforeAll, describe, expect, test } from 'vitest';
import { toBatch } from '../batch.ts';
import type { StTransformerConfig } from '../config.ts';
import { init } from '../init.ts';
import { loss } from '../loss.ts';
import { randomWindow, tiny, tinyCodes, tinyStatistics } from '../tiny.test.fixture.ts';
import type { StPredictor } from './predictor.ts';
import { createPredictor } from './predictor.ts';

/** Two groups of windows, and more places in the first than are scored at a time: 8 windows of 16 × 16. */
const large: StTransformerConfig = { ...tiny, gridHeight: 16, gridWidth: 16 };

beforeAll(async () => {
  await startBackend();
});

/** Sharper than at the start, so that the likeliest code is clear. */
function parametersOf(config: StTransformerConfig, seed = 1) {
  const { vocabulary, ...rest } = init(config, seed);
  const sharp = Object.entries(vocabulary as Record<string, tf.Tensor>).map(([name, tensor]) => [
    name,
    tf.mul(tensor, 40),
  ]);
  return { ...rest, vocabulary: Object.fromEntries(sharp) };
}

async function withPredictor<T>(
  config: StTransformerConfig,
  use: (predictor: StPredictor) => Promise<T>,
): Promise<T> {
  const predictor = createPredictor(config, parametersOf(config), tinyStatistics);
  try {
    return await use(predictor);
  } finally {
    predictor.dispose();
  }
}

const mean = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0) / [...values].length;

describe.each([
  ['levels', tiny],
  ['codes', tinyCodes],
  ['grids of 16 × 16, nine windows', large],
])('%s', (_, config) => {
  const windows = Array.from({ length: config === large ? 9 : 2 }, (_, i) => randomWindow(config, i));
  const size = config === tinyCodes ? 7 : 4;

  test('scores are what the loss says', async () => {
    const predictions = await withPredictor(config, (predictor) =>
      predictor.predict(windows, { mode: 'teacher-forced', k: 3 }),
    );
    expect(predictions.map((grids) => grids.map(({ grid }) => grid))).toEqual(windows.map(() => [3, 4, 5]));
    const parameters = parametersOf(config);
    for (const [i, window] of windows.entries()) {
      const { logs } = loss(config, parameters, toBatch(config, tinyStatistics, [window]));
      const scored = (predictions[i] ?? []).map((grid) => -mean(grid.targetLogProbabilities ?? []));
      expect(Math.abs(mean(scored) - (logs['future']?.dataSync()[0] ?? NaN))).toBeLessThan(1e-4);
    }
  });

  test('the likeliest codes come in order, with the true code’s score among all of them', async () => {
    const [grids = []] = await withPredictor(config, (predictor) =>
      predictor.predict(windows.slice(0, 1), { mode: 'teacher-forced', k: size + 5 }),
    );
    const truth = windows[0]?.tokens?.data ?? new Int32Array();
    for (const { grid, codes, topCodes, topLogProbabilities, targetLogProbabilities } of grids) {
      for (const [place, code] of codes.entries()) {
        const row = [...topCodes.subarray(place * size, (place + 1) * size)];
        const scores = [...topLogProbabilities.subarray(place * size, (place + 1) * size)];
        expect(row[0]).toBe(code);
        expect([...row].sort()).toEqual(Array.from({ length: size }, (_, i) => i));
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
        expect(mean(scores.map(Math.exp)) * size).toBeCloseTo(1, 4);
        const target = truth[grid * codes.length + place] ?? NaN;
        expect(targetLogProbabilities?.[place]).toBeCloseTo(scores[row.indexOf(target)] ?? NaN, 5);
      }
    }
  });

  test('autoregressive: the first grid as teacher-forced, the others from its own', async () => {
    await withPredictor(config, async (predictor) => {
      const forced = await predictor.predict(windows, { mode: 'teacher-forced', k: 1 });
      const own = await predictor.predict(windows, { mode: 'autoregressive', k: 1 });
      const codesOf = (all: GridPrediction[][], i: number) => all.map((grids) => grids[i]?.codes);
      expect(codesOf(own, 0)).toEqual(codesOf(forced, 0));
      // Where the truth is what it would have said, both modes agree.
      const fulfilled = windows.map((window, i) => withFuture(window, own[i] ?? []));
      const agreed = await predictor.predict(fulfilled, { mode: 'teacher-forced', k: 1 });
      for (const i of [0, 1, 2]) expect(codesOf(agreed, i)).toEqual(codesOf(own, i));
      // The future's true codes reach nothing but the scores.
      const again = await predictor.predict(fulfilled, { mode: 'autoregressive', k: 1 });
      for (const i of [0, 1, 2]) expect(codesOf(again, i)).toEqual(codesOf(own, i));
    });
  });

  test('what is drawn decides how it goes on, and is the same for the same seed', async () => {
    const choice = { temperature: 20, topK: 3, seed: 5 };
    await withPredictor(config, async (predictor) => {
      const options = { mode: 'autoregressive', k: 2, choice } as const;
      const own = await predictor.predict(windows, options);
      expect(await predictor.predict(windows, options)).toEqual(own);
      const fulfilled = windows.map((window, i) => withFuture(window, own[i] ?? []));
      const agreed = await predictor.predict(fulfilled, { mode: 'teacher-forced', k: 2 });
      own.forEach((grids, window) => {
        grids.forEach(({ topLogProbabilities }, i) => {
          const want = agreed[window]?.[i]?.topLogProbabilities ?? [];
          topLogProbabilities.forEach((log, j) => {
            expect(log).toBeCloseTo(want[j] ?? NaN, 4);
          });
        });
      });
      const drawn = await predictor.generate(windows, 3, choice);
      const other = await predictor.generate(windows, 3, { ...choice, seed: 6 });
      expect(drawn).toEqual(await predictor.generate(windows, 3, choice));
      expect(drawn).not.toEqual(other);
    });
  });

  test('windows together are continued as each alone', async () => {
    await withPredictor(config, async (predictor) => {
      const some = windows.slice(-3);
      const together = await predictor.generate(some, 5);
      for (const [i, window] of some.entries()) {
        expect(together[i]).toEqual(await predictor.rollOut(window, 5));
      }
    });
  });

  test('a roll-out begins with the autoregressive codes', async () => {
    await withPredictor(config, async (predictor) => {
      const [window = randomWindow(config, 0)] = windows;
      const [own = []] = await predictor.predict([window], { mode: 'autoregressive', k: 1 });
      const rolled = await predictor.rollOut(window, 7);
      expect(rolled).toMatchObject({ count: 7, height: config.gridHeight, width: config.gridWidth });
      expect(rolled.data.length).toBe(7 * config.gridHeight * config.gridWidth);
      const first = Int32Array.from(own.flatMap(({ codes }) => [...codes]));
      expect(rolled.data.slice(0, first.length)).toEqual(first);
    });
  });
});

/** The same window with predicted grids for its future. */
function withFuture(window: Window, predictions: readonly GridPrediction[]): Window {
  const { tokens } = window;
  if (tokens === undefined) return window;
  const data = tokens.data.slice();
  for (const { grid, codes } of predictions) data.set(codes, grid * codes.length);
  return { ...window, tokens: { ...tokens, data } };
}

test('a roll-out slides by a whole triple, and the states with it', async () => {
  await withPredictor(tiny, async (predictor) => {
    const window = randomWindow(tiny, 4, 4);
    const rolled = await predictor.rollOut(window, 4);
    // Grid 6 is predicted from grids 3 to 5 and the states from frame 17 on: a window that begins there.
    const states = window.states.slice(17 * tiny.stateChannels);
    const tokens = { data: rolled.data.slice(0, 12), count: 3, height: 2, width: 2 };
    const later = await predictor.rollOut({ ...window, states, tokens }, 1);
    expect(rolled.data.slice(12, 16)).toEqual(later.data);
  });
});

test('a long roll-out keeps nothing, dispose lets go of the rest', async () => {
  const config = { ...tiny, gridHeight: 4, gridWidth: 4 };
  const parameters = parametersOf(config);
  const window = randomWindow(config, 5);
  const use = async () => {
    const predictor = createPredictor(config, parameters, tinyStatistics);
    await predictor.rollOut(window, 1);
    return predictor;
  };
  (await use()).dispose(); // TensorFlow gets the parameters when they are first used
  const before = memoryUse();
  const predictor = await use();
  await predictor.predict([window], { mode: 'autoregressive', k: 2 });
  await predictor.rollOut(window, 30);
  const warm = memoryUse();
  await predictor.rollOut(window, 200);
  await predictor.predict([window], { mode: 'autoregressive', k: 2 });
  expect(memoryUse().tensors).toBe(warm.tensors);
  expect(memoryUse().nativeTensors).toBe(warm.nativeTensors);
  const grown = (memoryUse().nativeBytes ?? 0) - (warm.nativeBytes ?? 0);
  expect(grown).toBeLessThan(200_000); // keys and values of 200 grids are 410 KB
  predictor.dispose();
  expect(memoryUse().tensors).toBe(before.tensors);
  expect(memoryUse().nativeTensors).toBe(before.nativeTensors);
  tf.dispose(parameters);
});

test('in bf16 the scores are nearly the same', async () => {
  const windows = [randomWindow(tinyCodes, 8)];
  const [wide, narrow] = await Promise.all(
    (['f32', 'bf16'] as const).map(async (precision) => {
      const predictor = createPredictor(tinyCodes, parametersOf(tinyCodes), tinyStatistics, { precision });
      const [grids = []] = await predictor.predict(windows, { mode: 'teacher-forced', k: 1 });
      predictor.dispose();
      return grids.flatMap(({ targetLogProbabilities }) => [...(targetLogProbabilities ?? [])]);
    }),
  );
  wide?.forEach((log, i) => {
    expect(Math.abs(log - (narrow?.[i] ?? NaN))).toBeLessThan(0.1);
  });
  expect(narrow).not.toEqual(wide);
});

test('no windows, no predictions', async () => {
  expect(await withPredictor(tiny, (p) => p.predict([], { mode: 'teacher-forced', k: 1 }))).toEqual([]);
});

const refused: readonly (readonly [CodeChoice, RegExp])[] = [
  [{ temperature: -1 }, /temperature of -1/],
  [{ temperature: NaN }, /temperature of NaN/],
  [{ temperature: 1, topK: 0 }, /topK of 0/],
  [{ temperature: 1, topP: 0 }, /topP of 0/],
  [{ temperature: 1, topP: 1.1 }, /topP of 1.1/],
  [{ temperature: 1, seed: 0.5 }, /seed of 0.5/],
  [{ topK: 5 }, /nothing is drawn at a temperature of 0/],
];

test('errors are rejections', async () => {
  const { tokens, ...blind } = randomWindow(tiny, 6);
  expect(tokens).toBeDefined();
  await withPredictor(tiny, async (predictor) => {
    await expect(predictor.predict([blind], { mode: 'teacher-forced', k: 1 })).rejects.toThrow(
      /holds no tokens/,
    );
    await expect(predictor.rollOut(blind, 1)).rejects.toThrow(/holds no tokens/);
    const unmoved = { ...randomWindow(tiny, 6), states: new Float32Array() };
    await expect(predictor.rollOut(unmoved, 1)).rejects.toThrow(/holds none/);
    for (const [choice, message] of refused) {
      await expect(predictor.rollOut(randomWindow(tiny, 6), 1, choice)).rejects.toThrow(message);
    }
  });
  expect(() => createPredictor({ ...tiny, layers: 2 }, parametersOf(tiny), tinyStatistics)).toThrow(
    /missing/,
  );
});
