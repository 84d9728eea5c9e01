import type { FloatFrames } from '@borealis/ensemble';
import { expect, test } from 'vitest';
import { drawBeyond, taskBeyond } from './draw-beyond.ts';
import type { FrameWindow } from './frame-candidate.ts';
import type { FrameSampler } from './frame-sampler.ts';

const task = { contextFrames: 2, frames: 5 };
const drawing = { samples: 2, seed: 1, steps: 1, solver: 'euler', guidanceScale: 1 } as const;

/** One pixel a frame; each frame is brighter than the one before by what the state of its time says, and by its sample's number. */
function counting(asked: FrameWindow[]): FrameSampler {
  return {
    task,
    async *draw(window, { samples, firstSample = 0 }) {
      for (let i = 0; i < samples; i++) {
        asked.push(window);
        let brightness = window.frames.data.at(-1) ?? NaN;
        const data = Float32Array.from(
          [2, 3, 4].flatMap((t) => {
            brightness += (window.states[t] ?? NaN) + firstSample + i;
            return [brightness, brightness, brightness];
          }),
        );
        yield await Promise.resolve({ data, count: 3, height: 1, width: 1 });
      }
    },
  };
}

const states = Float32Array.of(9, 9, 1, 2, 3, 4, 5, 6);
const window = {
  ...{ shard: 0, segment: 0, start: 40, frameCount: 8, states },
  frames: { data: new Uint8Array(8 * 3).fill(10), count: 8, height: 1, width: 1 },
} as FrameWindow;

test('each window goes on from the last frames of the one before, with the states of its own frames', async () => {
  expect(taskBeyond(task, 2)).toEqual({ contextFrames: 2, frames: 8 });
  const asked: FrameWindow[] = [];
  const futures: FloatFrames[] = [];
  for await (const future of drawBeyond(counting(asked), window, { ...drawing, windows: 2 }))
    futures.push(future);
  const brightness = futures.map(({ data }) => [...data].filter((_, i) => i % 3 === 0));
  expect(brightness).toEqual([
    [11, 13, 16, 20, 25, 31],
    [12, 15, 19, 24, 30, 37], // sample 1 stays sample 1
  ]);
  expect(futures[0]?.count).toBe(6);
  const [first, second] = asked;
  expect([first?.start, second?.start]).toEqual([40, 43]);
  expect([...(first?.frames.data ?? [])]).toEqual(Array(6).fill(10)); // the given ones alone
  expect([...(second?.frames.data ?? [])]).toEqual([13, 13, 13, 16, 16, 16]);
});

test('one window is what the sampler draws', async () => {
  for await (const future of drawBeyond(counting([]), window, { ...drawing, samples: 1, windows: 1 }))
    expect([...future.data].filter((_, i) => i % 3 === 0)).toEqual([11, 13, 16]);
});

test('states that end too early are refused, and a model that is given nothing', async () => {
  const three = { ...drawing, windows: 3 };
  await expect(drawBeyond(counting([]), window, three).next()).rejects.toThrow(
    /states of 11 frames; these end at 8/,
  );
  const blind = { ...counting([]), task: { contextFrames: 0, frames: 5 } };
  await expect(drawBeyond(blind, window, three).next()).rejects.toMatchObject({ code: 'windows' });
});
