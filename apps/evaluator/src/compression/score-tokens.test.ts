import type { TokenGrids, Window } from '@borealis/dataset';
import { describe, expect, it } from 'vitest';
import { averageScores } from './average-scores.ts';
import { scoreTokens } from './score-tokens.ts';
import { statesOfAnotherSegment } from './shuffled-states.ts';
import { summariseTokens, tokenDifference } from './summarise-tokens.ts';
import type { PredictedGrid, TokenCandidate, Windows } from './token-candidate.ts';

const CLASSES = 64;
const PLACES = 4;

/** Windows of two segments, six grids each. */
function windows(count: number): Windows {
  const at = (i: number): Window => {
    const data = Int32Array.from({ length: 6 * PLACES }, (_, j) => (i * 7 + j) % CLASSES);
    const tokens: TokenGrids = { data, count: 6, height: 2, width: 2 };
    return { shard: 0, segment: i % 2, start: 34 * i, frameCount: 34, states: Float32Array.of(i), tokens };
  };
  return { count, at: (i: number) => Promise.resolve(at(i)) };
}

/** Gives the true code the probability `p`, the next code the rest. */
function oracle(name: string, p: number): TokenCandidate {
  return {
    name,
    predict: (all) => Promise.resolve(all.map((window) => [3, 4, 5].map((grid) => say(window, grid, p)))),
  };
}

function say({ tokens }: Window, grid: number, p: number): PredictedGrid {
  const truth = (tokens?.data ?? new Int32Array()).subarray(grid * PLACES, (grid + 1) * PLACES);
  const indices = Int32Array.from([...truth].flatMap((code) => [code, (code + 1) % CLASSES]));
  const logProbabilities = Float32Array.from([...truth].flatMap(() => [Math.log(p), Math.log(1 - p)]));
  return {
    grid,
    predictions: { k: 2, classes: CLASSES, indices, logProbabilities },
    targetLogProbabilities: new Float32Array(PLACES).fill(Math.log(p)),
  };
}

describe('scoreTokens', () => {
  it('scores each candidate on each grid of each window, in each mode', async () => {
    const scores = await scoreTokens({
      windows: windows(3),
      candidates: [oracle('sure', 0.9), { ...oracle('half', 0.5), modes: ['teacher-forced'] }],
      modes: ['teacher-forced', 'autoregressive'],
    });
    expect(scores.map(({ name, mode, grids }) => [name, mode, grids.length])).toEqual([
      ['sure', 'teacher-forced', 9],
      ['sure', 'autoregressive', 9],
      ['half', 'teacher-forced', 9],
    ]);
    for (const { crossEntropy, accuracy, hitRate } of scores[0]?.grids ?? []) {
      expect(crossEntropy).toBeCloseTo(-Math.log(0.9), 5);
      expect([accuracy, hitRate]).toEqual([1, 1]);
    }
  });

  it('summarises with intervals, and pairs differences', async () => {
    const [sure, half] = await scoreTokens({
      windows: windows(4),
      candidates: [oracle('sure', 0.9), oracle('half', 0.5)],
      modes: ['teacher-forced'],
    });
    if (sure === undefined || half === undefined) throw new Error('no scores');
    const summary = summariseTokens(sure);
    expect(summary.crossEntropy.mean).toBeCloseTo(-Math.log(0.9), 5);
    expect(summary.perplexity.mean).toBeCloseTo(1 / 0.9, 5);
    expect(summary.perGrid.map(({ grid }) => grid)).toEqual([3, 4, 5]);
    const difference = tokenDifference(sure, half);
    expect(difference.mean).toBeCloseTo(Math.log(0.5) - Math.log(0.9), 5);
    expect(difference.excludesZero).toBe(true);
  });

  it('averages runs, and refuses runs that were scored on other windows', async () => {
    const score = async (p: number, count: number) =>
      scoreTokens({ windows: windows(count), candidates: [oracle('run', p)], modes: ['teacher-forced'] });
    const [a] = await score(0.9, 2);
    const [b] = await score(0.5, 2);
    const [other] = await score(0.5, 1);
    if (a === undefined || b === undefined || other === undefined) throw new Error('no scores');
    const mean = averageScores('both', [a, b]).grids[0]?.crossEntropy ?? NaN;
    expect(mean).toBeCloseTo(-(Math.log(0.9) + Math.log(0.5)) / 2, 5);
    expect(() => averageScores('both', [a, other])).toThrow(/other windows/);
  });
});

describe('statesOfAnotherSegment', () => {
  it('gives each window the states of a window of another segment', async () => {
    const index = windows(6);
    const statesFor = await statesOfAnotherSegment(index);
    for (let i = 0; i < 6; i++) {
      const from = statesFor(await index.at(i))[0] ?? NaN;
      expect(from % 2).not.toBe(i % 2);
    }
  });

  it('needs two segments', async () => {
    await expect(statesOfAnotherSegment(windows(1))).rejects.toThrow(/only one segment/);
  });
});
