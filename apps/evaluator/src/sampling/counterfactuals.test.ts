import type { Frames, Window } from '@borealis/dataset';
import { expect, test } from 'vitest';
import { scoreCounterfactuals, summariseCounterfactuals } from './counterfactuals.ts';
import type { FrameCandidate } from './frame-candidate.ts';

const [WIDTH, CONTEXT] = [4, 2];

function frames(count: number, brightness: (frame: number) => number): Frames {
  const size = WIDTH * WIDTH * 3;
  const data = Uint8Array.from({ length: count * size }, (_, i) => brightness(Math.floor(i / size)));
  return { data, count, height: WIDTH, width: WIDTH };
}

/** Three windows that go on from grey: into `last`. Their states say it. */
function windows(last: number, context = 128) {
  return {
    count: 3,
    at: (i: number): Promise<Window> =>
      Promise.resolve({
        ...{ shard: 0, segment: i, start: i * 100, frameCount: 3, stateSize: 1 },
        states: Float32Array.of(last, last, last),
        frames: frames(3, (frame) => (frame < CONTEXT ? context : last)),
      } as unknown as Window),
  };
}

/** Predicts a last frame of the brightness that it makes of what the states say. */
const predictor = (name: string, of: (told: number) => number): FrameCandidate => ({
  name,
  predict: ({ states }) => Promise.resolve(frames(1, () => of(states.at(-1) ?? NaN))),
});

const [A, B] = [200, 120];
const summaries = async (...candidates: FrameCandidate[]) =>
  (await scoreCounterfactuals({ a: windows(A), b: windows(B), contextFrames: CONTEXT, candidates })).map(
    summariseCounterfactuals,
  );

test('who follows the states is nearer to its own truth, who does the opposite to the other, who is deaf to neither', async () => {
  const found = await summaries(
    predictor('follows', (told) => told),
    predictor('opposes', (told) => A + B - told),
    predictor('deaf', () => 150),
  );
  expect(found.map(({ nearer, told }) => [nearer.mean, told.mean])).toEqual([
    [1, 1],
    [0, 0],
    [0.5, 0.5],
  ]);
  expect(found.map(({ margin }) => Math.sign(margin.mean))).toEqual([1, -1, 0]);
});

test('a bland follower is nearest to one truth with both, and yet each truth is nearer to its own prediction', async () => {
  const [bland] = await summaries(predictor('bland', (told) => 130 + (told - B) / 8));
  expect(bland).toMatchObject({ nearer: { mean: 0.5 }, told: { mean: 1 }, windows: 3 });
  expect(bland?.margin.mean).toBeGreaterThan(0);
});

test('other contexts, or another number of windows, are no two ways to act', async () => {
  const candidates = [predictor('any', () => 1)];
  const against = (b: ReturnType<typeof windows>) =>
    scoreCounterfactuals({ a: windows(A), b, contextFrames: CONTEXT, candidates });
  await expect(against(windows(B, 90))).rejects.toThrow(/window 0: .* 16\.5 dB apart/);
  await expect(against({ ...windows(B), count: 2 })).rejects.toThrow(/3 windows against 2/);
});
