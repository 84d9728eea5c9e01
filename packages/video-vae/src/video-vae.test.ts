import { createRandom, memoryUse, startBackend, tf } from '@borealis/tensor';
import { nameParameters } from '@borealis/training';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets, videoVaeConfigSchema } from './config.ts';
import type { GoldenVae } from './golden.test.fixture.ts';
import { openGolden } from './golden.test.fixture.ts';
import { framesOf } from './layers/frames.ts';
import type { VideoVae } from './video-vae.ts';
import { createVideoVae } from './video-vae.ts';

/** As float32 rounds: results through other shapes of the same convolutions. */
const CLOSE = 2e-5;

let golden: GoldenVae;
let vae: VideoVae;
beforeAll(async () => {
  await startBackend();
  golden = await openGolden('wan22_vae');
  vae = createVideoVae(golden.config, golden.parameters);
});
afterAll(() => {
  vae.dispose();
});

const random = createRandom(1);
const videoOf = (shape: readonly number[]) => random.uniformTensor(shape, -1, 1);
const latentsOf = (t: number, h = 1, w = 2, b = 1) => random.normalTensor([b, t, h, w, golden.config.zDim]);

function expectEqual(got: tf.Tensor, want: tf.Tensor): void {
  expect(got.shape).toEqual(want.shape);
  expect(tf.max(tf.abs(tf.sub(got, want))).dataSync()[0]).toBeLessThanOrEqual(CLOSE);
}

describe('streams', () => {
  test.each([[[1, 4, 4, 4]], [[1, 8, 4]], [[1, 12]], [[5, 8]], [[13]]])(
    'chunks of %j frames there and back',
    async (plan) => {
      const video = videoOf([1, 13, 16, 32, 3]);
      const latents = vae.encode(video);
      const starts = plan.map((_, i) => plan.slice(0, i).reduce((a, b) => a + b, 0));
      const chunks = plan.map((count, i) => framesOf(tf.clone(video), starts[i] ?? 0, count));
      const encoded = [];
      for await (const part of vae.encodeStream(chunks)) encoded.push(part);
      expectEqual(tf.concat(encoded, 1), latents);
      const whole = vae.decode(latents);
      const decoded = [];
      for await (const part of vae.decodeStream(encoded)) decoded.push(part);
      expect(decoded.map((part) => part.shape[1])).toEqual(plan);
      expectEqual(tf.concat(decoded, 1), whole);
      expect(chunks.every((chunk) => chunk.isDisposed)).toBe(true);
    },
  );

  test('the number of latents at a time makes no difference', () => {
    const other = createVideoVae(golden.config, golden.parameters, { latentsAtATime: 3 });
    const video = videoOf([2, 17, 16, 16, 3]);
    const latents = vae.encode(video);
    expectEqual(other.encode(video), latents);
    expectEqual(other.decode(latents), vae.decode(latents));
    other.dispose();
  });

  test('bfloat16: near to float32, in chunks as at once', () => {
    const half = createVideoVae(golden.config, golden.parameters, { precision: 'bf16' });
    const together = createVideoVae(golden.config, golden.parameters, {
      ...{ precision: 'bf16', latentsAtATime: 3 },
    });
    const video = videoOf([1, 9, 16, 16, 3]);
    const latents = vae.encode(video);
    const far = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
    for (const each of [half, together]) {
      expect(far(each.encode(video), latents)).toBeLessThan(0.1);
      expect(far(each.decode(latents), vae.decode(latents))).toBeLessThan(0.1);
      each.dispose();
    }
  });

  test('a batch is its clips', () => {
    const video = videoOf([2, 5, 16, 16, 3]);
    const [first, second] = tf.split(video, 2, 0) as [tf.Tensor, tf.Tensor];
    const latents = vae.encode(video);
    expectEqual(latents, tf.concat([vae.encode(first), vae.encode(second)], 0));
    const [one, two] = tf.split(latents, 2, 0) as [tf.Tensor, tf.Tensor];
    expectEqual(vae.decode(latents), tf.concat([vae.decode(one), vae.decode(two)], 0));
  });
});

describe('the last frame alone', () => {
  // 1 and 2: everything is seen. 45: more than the receptive field.
  test.each([1, 2, 3, 5, 8, 20, 45])('of %i latents', (count) => {
    const latents = latentsOf(count);
    const all = vae.decode(latents);
    const last = framesOf(all, (all.shape[1] ?? 1) - 1, 1);
    expectEqual(vae.decodeLastFrame(latents), tf.squeeze(last, [1]));
    tf.dispose([latents, all, last]);
  });
});

describe('tiles', () => {
  const tiling = { size: 2, overlap: 1 };

  test('one tile is the whole picture', () => {
    const large = createVideoVae(golden.config, golden.parameters, { tiling: { size: 4, overlap: 1 } });
    const video = videoOf([1, 5, 32, 64, 3]);
    const latents = vae.encode(video);
    expectEqual(large.encode(video), latents);
    expectEqual(large.decode(latents), vae.decode(latents));
    large.dispose();
  });

  test('several: in any chunks, and the last frame alone, the same', () => {
    const tiled = createVideoVae(golden.config, golden.parameters, { tiling });
    const together = createVideoVae(golden.config, golden.parameters, { tiling, latentsAtATime: 4 });
    const video = videoOf([1, 9, 48, 32, 3]);
    const latents = tiled.encode(video);
    expect(latents.shape).toEqual([1, 3, 3, 2, golden.config.zDim]);
    expectEqual(together.encode(video), latents);
    const decoded = tiled.decode(latents);
    expect(decoded.shape).toEqual(video.shape);
    expectEqual(together.decode(latents), decoded);
    expectEqual(tiled.decodeLastFrame(latents), tf.squeeze(framesOf(decoded, 8, 1), [1]));
    for (const each of [tiled, together]) each.dispose();
  });
});

describe('memory', () => {
  test('nothing is left behind', async () => {
    const video = videoOf([1, 5, 32, 16, 3]);
    const tiled = createVideoVae(golden.config, golden.parameters, { tiling: { size: 1, overlap: 0 } });
    const use = async (): Promise<number> => {
      const before = memoryUse().tensors;
      for (const each of [vae, tiled]) {
        const latents = each.encode(video);
        const made = [latents, each.decode(latents), each.decodeLastFrame(latents)];
        for await (const part of each.decodeStream([tf.clone(latents)])) made.push(part);
        tf.dispose(made);
      }
      return memoryUse().tensors - before;
    };
    expect(await use()).toBe(0);
    expect(await use()).toBe(0);
    tiled.dispose();
  });

  test('what is remembered doesn’t grow with the clip', async () => {
    const held: number[] = [];
    const chunks = function* () {
      for (let i = 0; i < 6; i++) yield latentsOf(1);
    };
    for await (const part of vae.decodeStream(chunks())) {
      part.dispose();
      held.push(memoryUse().tensorBytes);
    }
    expect(new Set(held).size).toBe(1);
  });
});

describe('refused', () => {
  test.each([
    ['frames', [1, 4, 16, 16, 3], /1 \+ 4k frames, not 4/],
    ['sides', [1, 5, 24, 16, 3], /multiples of 16/],
    ['channels', [1, 5, 16, 16, 4], /\[batch, frames, height, width, 3\]/],
    ['a batch', [5, 16, 16, 3], /\[batch, frames, height, width, 3\]/],
  ])('a video of wrong %s', (_, shape, message) => {
    expect(() => vae.encode(tf.zeros(shape))).toThrow(message);
  });

  test('latents of another number of channels', () => {
    expect(() => vae.decode(tf.zeros([1, 1, 1, 1, 5]))).toThrow(
      /\[batch, frames, height, width, 6\] is needed/,
    );
  });

  test('a chunk of another size than those before', async () => {
    const use = async () => {
      for await (const part of vae.decodeStream([latentsOf(1), latentsOf(1, 2, 2)])) part.dispose();
    };
    await expect(use()).rejects.toMatchObject({ code: 'CACHE' });
  });

  test('tiles that overlap wholly', () => {
    const wrong = createVideoVae(golden.config, golden.parameters, { tiling: { size: 2, overlap: 2 } });
    expect(() => wrong.decode(latentsOf(1))).toThrow(/0 ≤ overlap < size/);
  });

  test('levels whose shortcuts would have to share channels out unevenly', () => {
    const { small } = presets;
    const issues = (dimMult: number[]) => videoVaeConfigSchema.safeParse({ ...small, dimMult }).error?.issues;
    expect(issues([1, 2, 4, 4])).toBeUndefined();
    expect(issues([1, 2, 3, 3])).toMatchObject([
      { path: ['dimMult'], message: expect.stringContaining('not 32 → 48 in the encoder') as string },
    ]);
    expect(issues([2, 2, 16, 16])).toMatchObject([
      { message: expect.stringContaining('not 384 → 48 in the decoder') as string },
    ]);
  });

  test('parameters of another size', () => {
    const config = { ...golden.config, numResBlocks: 1 };
    expect(() => createVideoVae(config, golden.parameters)).toThrow(/is no parameter of this configuration/);
    expect(Object.keys(nameParameters(golden.parameters))).not.toHaveLength(0);
  });
});
