import { memoryUse, startBackend } from '@borealis/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitBlockFsq } from '../fit/fit-block-fsq.ts';
import type { FittedBlockFsq } from '../fit/fit-block-fsq.ts';
import { errorOf, movingPicture } from '../moving-picture.test.fixture.ts';
import { measureReconstruction } from '../reconstruction/measure-reconstruction.ts';
import { contentHash } from '../weights-tensor-data.ts';
import { GRID_KINDS } from './block-geometry.ts';
import { decodeGrid } from './decode-grid.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';

const clips = Array.from({ length: 12 }, (_, seed) => movingPicture(seed));
const unseen = movingPicture(100, { count: 34 });
let fitted: FittedBlockFsq;
beforeAll(async () => {
  await startBackend();
  fitted = await fitBlockFsq({ clips: () => clips });
});

describe('what comes back', () => {
  it.each([
    ['a training clip', clips[0], 4],
    ['an unseen one', unseen, 1.5],
  ])('of %s is nearer than its mean colour', async (_, clip, times) => {
    const frames = clip ?? unseen;
    const tokens = await encode(fitted.weights, frames);
    expect(tokens).toMatchObject({ count: (frames.count / 17) * 3, height: 4, width: 6 });
    const decoded = await decode(fitted.weights, tokens);
    expect(decoded).toMatchObject({ count: frames.count, height: 32, width: 48 });
    const mean = [0, 1, 2].map((c) => {
      const channel = frames.data.filter((_, i) => i % 3 === c);
      return channel.reduce((a, b) => a + b, 0) / channel.length;
    });
    const meanColour = frames.data.map((_, i) => mean[i % 3] ?? 0);
    expect(errorOf(decoded.data, frames.data)).toBeLessThan(errorOf(meanColour, frames.data) / times);
  });

  it('mostly has the same tokens again', async () => {
    const { weights } = fitted;
    const tokens = await encode(weights, unseen);
    const again = await encode(weights, await decode(weights, tokens));
    const equal = tokens.data.filter((code, i) => code === again.data[i]).length;
    expect(equal / tokens.data.length).toBeGreaterThan(0.5);
  });

  it('of a scene that stands still are the same codes in all three grids', async () => {
    const still = movingPicture(7);
    const first = still.data.subarray(0, still.data.length / 17);
    const data = still.data.map((_, i) => first[i % first.length] ?? 0);
    const { data: codes } = await encode(fitted.weights, { ...still, data });
    const places = codes.length / 3;
    expect(codes.subarray(places, 2 * places)).toEqual(codes.subarray(0, places));
    expect(codes.subarray(2 * places)).toEqual(codes.subarray(0, places));
  });

  it('depends on the frames of its own grid only, and decodes without later grids', async () => {
    const { weights } = fitted;
    const whole = await encode(weights, unseen);
    const places = whole.height * whole.width;
    const frameBytes = unseen.data.length / 34;
    for (const { kind, first, frames } of GRID_KINDS) {
      const later = Uint8Array.from(unseen.data);
      later.fill(3, (first + frames) * frameBytes, 17 * frameBytes);
      const { data } = await encode(weights, { ...unseen, data: later });
      expect(data.subarray(0, (kind + 1) * places)).toEqual(whole.data.subarray(0, (kind + 1) * places));
      expect(data.subarray(3 * places)).toEqual(whole.data.subarray(3 * places));

      const cut = whole.data.map((code, i) => (i < (kind + 1) * places ? code : 5));
      const end = (first + frames) * frameBytes;
      const [a, b] = [await decode(weights, whole), await decode(weights, { ...whole, data: cut })];
      expect(b.data.subarray(0, end)).toEqual(a.data.subarray(0, end));
    }
  });

  it('comes back grid by grid too', async () => {
    const { weights } = fitted;
    const tokens = await encode(weights, unseen);
    const frames = await decode(weights, tokens);
    const places = tokens.height * tokens.width;
    const frameBytes = frames.data.length / frames.count;
    const pick = (kind: number): Int32Array =>
      Int32Array.from([0, 1].flatMap((triple) => [...part(tokens.data, triple * 3 + kind, places)]));
    for (const { kind, first, frames: length } of GRID_KINDS) {
      const shape = { count: 2, height: tokens.height, width: tokens.width };
      const previous = kind === 0 ? {} : { previous: { ...shape, data: pick(kind - 1) } };
      const found = await decodeGrid(weights, { kind, grids: { ...shape, data: pick(kind) }, ...previous });
      expect(found.count).toBe(2 * length);
      for (const triple of [0, 1]) {
        const from = (triple * 17 + first) * frameBytes;
        expect(part(found.data, triple, length * frameBytes)).toEqual(
          frames.data.subarray(from, from + length * frameBytes),
        );
      }
    }
  });
});

describe('fitting', () => {
  it('reports both bases, and takes the better one', () => {
    const { candidates, chosen, clips: count, blocks } = fitted.report;
    expect({ count, blocks }).toEqual({ count: 12, blocks: 12 * 3 * 24 });
    expect(candidates.map(({ basis }) => basis)).toEqual(['klt', 'dct']);
    const best = candidates.toSorted((a, b) => b.psnr - a.psnr)[0];
    expect(chosen).toBe(best?.basis);
    for (const { psnr, psnrUnquantized } of candidates) expect(psnr).toBeLessThan(psnrUnquantized);
  });

  it('gives the same numbers again', async () => {
    const again = await fitBlockFsq({ clips: () => clips });
    expect(contentHash(again.weights)).toBe(contentHash(fitted.weights));
  });

  it('takes clips one by one or several together', async () => {
    const data = Uint8Array.from(clips.flatMap((clip) => [...clip.data]));
    const together = [{ ...movingPicture(0), data, count: 12 * 17 }];
    const { weights } = await fitBlockFsq({ clips: () => together });
    expect(contentHash(weights)).toBe(contentHash(fitted.weights));
  });

  it('works with other levels', async () => {
    const { weights } = await fitBlockFsq({ clips: () => clips, levels: [16, 8, 4, 2], basis: 'dct' });
    const tokens = await encode(weights, unseen);
    expect(Math.max(...tokens.data)).toBeLessThan(16 * 8 * 4 * 2);
    expect((await decode(weights, tokens)).count).toBe(34);
  });

  it('has nothing to say about a film of one colour but that colour', async () => {
    const grey = { data: new Uint8Array(17 * 64 * 3).fill(77), count: 17, height: 8, width: 8 };
    const { weights } = await fitBlockFsq({ clips: () => [grey] });
    expect((await decode(weights, await encode(weights, grey))).data).toEqual(grey.data);
  });

  it('refuses what it can’t be fitted on', async () => {
    await expect(fitBlockFsq({ clips: () => [] })).rejects.toMatchObject({ code: 'fit' });
    await expect(fitBlockFsq({ clips: () => clips, levels: [1] })).rejects.toMatchObject({ code: 'levels' });
    const odd = [movingPicture(1, { height: 20 })];
    await expect(fitBlockFsq({ clips: () => odd })).rejects.toMatchObject({ code: 'frames' });
  });
});

describe('measuring', () => {
  it('finds the error that decoding has', async () => {
    const { weights } = fitted;
    const { total, kinds, clips: count } = await measureReconstruction(weights, [unseen]);
    const decoded = await decode(weights, await encode(weights, unseen));
    const pooled = 10 * Math.log10(255 ** 2 / errorOf(decoded.data, unseen.data));
    expect(count).toBe(2);
    expect(total.decoded.pooled).toBeCloseTo(pooled, 6);
    expect(total.unquantized.pooled).toBeGreaterThan(total.quantized.pooled);
    expect(total.usage.codes).toBe(6 * 24);
    expect(kinds.map(({ usage }) => usage.codes)).toEqual([48, 48, 48]);
    expect(kinds[0]?.sameAsBefore).toBeUndefined();
    expect(total.usage.levelEntropies).toHaveLength(6);
    await expect(measureReconstruction(weights, [])).rejects.toMatchObject({ code: 'fit' });
  });
});

describe('input that can’t be', () => {
  it.each([
    [{ height: 30 }, /no whole 8x8 blocks/],
    [{ width: 0 }, /no whole 8x8 blocks/],
    [{ count: 16 }, /no whole clips of 17/],
    [{ count: 0 }, /no whole clips of 17/],
    [{ count: 51 }, /take 235008 bytes, not 156672/],
  ])('frames with %o', async (change, message) => {
    await expect(encode(fitted.weights, { ...unseen, ...change })).rejects.toThrow(message);
  });

  it('tokens', async () => {
    const { weights } = fitted;
    const tokens = await encode(weights, unseen);
    await expect(decode(weights, { ...tokens, count: 5 })).rejects.toMatchObject({ code: 'tokens' });
    const two = { ...tokens, count: 2, data: tokens.data.subarray(0, 48) };
    await expect(decode(weights, two)).rejects.toThrow(/2 grids are no whole triples/);
    await expect(decodeGrid(weights, { kind: 2, grids: two })).rejects.toThrow(
      /decoded with the ones before/,
    );
    const other = { ...two, height: 6, width: 4 };
    await expect(decodeGrid(weights, { kind: 1, grids: two, previous: other })).rejects.toThrow(
      /2x4x6 after grids of 2x6x4/,
    );
    for (const code of [-1, 64_000]) {
      const data = Int32Array.from(tokens.data).fill(code, 7, 8);
      await expect(decode(weights, { ...tokens, data })).rejects.toThrow(/at place 7 is outside/);
    }
  });
});

it('lets go of all tensors, those of failed calls too', async () => {
  const { weights } = fitted;
  const broken = { ...weights, mean: weights.mean.map(() => NaN) };
  const round = async (): Promise<void> => {
    const tokens = await encode(weights, unseen);
    await decode(weights, tokens);
    await expect(encode(broken, unseen)).rejects.toMatchObject({ code: 'not-finite' });
    await expect(decode(weights, { ...tokens, count: 4 })).rejects.toThrow();
    await fitBlockFsq({ clips: () => clips.slice(0, 2) });
    await measureReconstruction(weights, [unseen]);
  };
  await round();
  const { tensors, nativeTensors } = memoryUse();
  await round();
  await round();
  expect(memoryUse()).toMatchObject({ tensors, nativeTensors });
});

function part<T extends Int32Array | Uint8Array>(data: T, number: number, length: number): T {
  return data.subarray(number * length, (number + 1) * length) as T;
}
