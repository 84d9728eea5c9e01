import type { Dataset, Window } from '@borealis/dataset';
import { initLpips } from '@borealis/perceptual';
import { compile, createRandom, startTrainingBackend, tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import {
  createTrainStep,
  initialState,
  mapNamed,
  nameParameters,
  nestParameters,
  valueAndGradients,
} from '@borealis/training';
import { beforeAll, describe, expect, test } from 'vitest';
import type { VaeBatch } from './batch.ts';
import { toBatch } from './batch.ts';
import type { VideoVaeConfig } from './config.ts';
import { presets } from './config.ts';
import { init } from './init.ts';
import { loss } from './loss.ts';
import { perceptualVideoVae, videoVae } from './model.ts';

/** A VAE that a test trains in a moment: halves time once, space twice. */
const tiny: VideoVaeConfig = {
  ...presets.small,
  baseDim: 4,
  decoderBaseDim: 4,
  zDim: 4,
  dimMult: [1, 2, 2],
  temporalDownsample: [false, true],
  latentsMean: [0, 0, 0, 0],
  latentsStd: [1, 1, 1, 1],
  clipFrames: 3,
  cropSize: 16,
};

/** A bright square that moves to the right. */
function windowOf(seed: number, { count = 3, side = 20 } = {}): Window {
  const random = createRandom(seed);
  const data = new Uint8Array(count * side * side * 3).fill(random.integer(0, 80));
  const [top, left] = [random.integer(0, side - 8), random.integer(0, side - 8 - count)];
  for (let t = 0; t < count; t++) {
    for (let y = top; y < top + 8; y++) {
      const start = ((t * side + y) * side + left + t) * 3;
      data.fill(220, start, start + 8 * 3);
    }
  }
  const frames = { data, count, height: side, width: side };
  return {
    shard: 0,
    segment: seed,
    start: 0,
    frameCount: count,
    states: new Float32Array(count * 25),
    frames,
  };
}

beforeAll(async () => {
  await startTrainingBackend();
});

describe('a batch', () => {
  test('is bytes as [-1, 1], cut from the middle', () => {
    const { video, noise } = toBatch(tiny, [windowOf(1)]);
    expect(video.shape).toEqual([1, 3, 16, 16, 3]);
    const { frames } = windowOf(1);
    const at = (t: number, y: number, x: number) =>
      (frames?.data[((t * 20 + y + 2) * 20 + x + 2) * 3] ?? NaN) / 127.5 - 1;
    const values = video.dataSync();
    for (const [t, y, x] of [
      [0, 0, 0],
      [2, 15, 15],
      [1, 7, 9],
    ] as const)
      expect(values[((t * 16 + y) * 16 + x) * 3]).toBeCloseTo(at(t, y, x), 6);
    expect(noise.shape).toEqual([1, 2, 2, 2, 4]);
    expect(tf.max(tf.abs(noise)).dataSync()[0]).toBe(0);
  });

  test('with a generator is cut and noised at random, the same for the same state', () => {
    const draw = (seed: number) => toBatch(tiny, [windowOf(1), windowOf(2)], createRandom(seed));
    expect(draw(3).video.dataSync()).toEqual(draw(3).video.dataSync());
    expect(draw(3).noise.dataSync()).toEqual(draw(3).noise.dataSync());
    expect(draw(4).noise.dataSync()).not.toEqual(draw(3).noise.dataSync());
  });

  test.each([
    ['no pictures', { ...windowOf(1), frames: undefined } as unknown as Window, /holds no pictures/],
    ['too few', windowOf(1, { count: 2 }), /holds 2 frames of 20×20; 3 of 16×16 are needed/],
    ['too small', windowOf(1, { side: 12 }), /holds 3 frames of 12×12/],
  ])('of windows with %s is refused', (_, window, message) => {
    expect(() => toBatch(tiny, [window])).toThrow(message);
  });
});

describe('the loss', () => {
  test('is pixel error plus weighted divergence', () => {
    const parameters = init(tiny, 1);
    const batch = toBatch(tiny, [windowOf(1)], createRandom(1));
    const of = (klWeight: number) => loss({ ...tiny, klWeight }, parameters, batch);
    const [plain, weighted] = [of(0), of(2)];
    const read = (x: tf.Tensor | undefined) => x?.dataSync()[0] ?? NaN;
    expect(read(plain.loss)).toBeCloseTo(read(plain.logs['reconstruction']), 6);
    const nats = (read(plain.logs['kl']) * batch.noise.size) / batch.video.size;
    expect(read(weighted.loss) - read(plain.loss)).toBeCloseTo(2 * nats, 4);
    const perceptual = { distance: () => tf.scalar(0.25), weight: 2 };
    const seen = loss({ ...tiny, klWeight: 0 }, parameters, batch, perceptual);
    expect(read(seen.loss) - read(plain.loss)).toBeCloseTo(0.5, 5);
  });

  test('has the gradients that finite differences find', () => {
    const config = { ...tiny, klWeight: 0.1 };
    const noise = createRandom(3);
    const trainable = mapNamed(nameParameters(init(config, 2)), (tensor) =>
      tf.add(tensor, noise.normalTensor(tensor.shape, 0.1)),
    );
    const batch = toBatch(config, [windowOf(2)], createRandom(2));
    const lossOf = (parameters: Parameters, each: VaeBatch) => loss(config, parameters, each);
    const run = compile((p: NamedTensors, batch: VaeBatch) => ({
      ...valueAndGradients(lossOf, { trainable: p, frozen: {}, batch }),
    }));
    const { gradients } = run(trainable, batch);
    const random = createRandom(5);
    const lossAt = (name: string, moved: tf.Tensor) =>
      run({ ...trainable, [name]: moved }, batch).loss.dataSync()[0] ?? NaN;
    for (const name of [
      'encoder.conv_in.weight',
      'encoder.down_blocks.1.downsampler.time_conv.weight',
      'encoder.mid_block.attentions.0.to_qkv.weight',
      'decoder.up_blocks.0.upsampler.time_conv.weight',
      'decoder.up_blocks.1.upsampler.resample.1.weight',
      'decoder.norm_out.gamma',
    ]) {
      const at = trainable[name] as tf.Tensor;
      const direction = random.normalTensor(at.shape);
      const step = 3e-3 / Math.sqrt(at.size);
      const shifted = (sign: number) => tf.add(at, tf.mul(direction, sign * step));
      const slope = (lossAt(name, shifted(1)) - lossAt(name, shifted(-1))) / (2 * step);
      const along = tf.sum(tf.mul(gradients[name] as tf.Tensor, direction)).dataSync()[0] ?? NaN;
      expect(Math.abs(slope - along), name).toBeLessThan(0.02 * Math.abs(along) + 2e-3);
    }
    run.dispose();
  });

  test('with LPIPS beside it has the gradients that finite differences find', () => {
    const config = { ...tiny, cropSize: 32, perceptual: { weights: 'drawn', weight: 3 } };
    const model = perceptualVideoVae(initLpips('squeeze', 1));
    const noise = createRandom(3);
    const trainable = mapNamed(nameParameters(init(config, 2)), (tensor) =>
      tf.add(tensor, noise.normalTensor(tensor.shape, 0.1)),
    );
    const batch = toBatch(config, [windowOf(2, { side: 32 })], createRandom(2));
    const lossOf = (parameters: Parameters, each: VaeBatch) => model.loss(config, parameters, each);
    const run = compile((p: NamedTensors, batch: VaeBatch) => ({
      ...valueAndGradients(lossOf, { trainable: p, frozen: {}, batch }),
    }));
    const { gradients, logs } = run(trainable, batch);
    const seen = logs['perceptual']?.dataSync()[0] ?? NaN;
    expect(seen).toBeGreaterThan(0.01);
    const without = loss({ ...config, perceptual: null }, nestParameters(trainable), batch);
    const value = run(trainable, batch).loss.dataSync()[0] ?? NaN;
    expect(value - (without.loss.dataSync()[0] ?? NaN)).toBeCloseTo(3 * seen, 4);
    const name = 'decoder.conv_out.weight';
    const at = trainable[name] as tf.Tensor;
    const gradient = gradients[name] as tf.Tensor;
    const along = tf.norm(gradient).dataSync()[0] ?? NaN;
    const direction = tf.div(gradient, along); // where changes are largest, beside rounding and ReLUs' edges
    const step = 3e-3;
    const lossAt = (sign: number) =>
      run({ ...trainable, [name]: tf.add(at, tf.mul(direction, sign * step)) }, batch).loss.dataSync()[0] ??
      NaN;
    const slope = (lossAt(1) - lossAt(-1)) / (2 * step);
    expect(Math.abs(slope / along - 1)).toBeLessThan(0.02);
    run.dispose();
  });

  test('asks for the weights that its configuration names', async () => {
    const config = { ...tiny, perceptual: { weights: 'nowhere/lpips.safetensors', weight: 1 } };
    expect(await videoVae.withFiles?.(tiny)).toBe(videoVae);
    await expect(videoVae.withFiles?.(config)).rejects.toThrow(/nowhere/);
    const batch = toBatch(tiny, [windowOf(1)]);
    expect(() => videoVae.loss(config, init(tiny, 1), batch)).toThrow(/nowhere.*withFiles/);
  });

  test('falls', () => {
    const step = createTrainStep<VaeBatch>({
      loss: (parameters, batch) => videoVae.loss(tiny, parameters, batch),
      adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0 },
      maxGradientNorm: 1,
    });
    let state = initialState(nameParameters(init(tiny, 1)), {});
    const logs = [];
    for (let i = 0; i < 40; i++) {
      const batch = videoVae.toBatch(tiny, {}, [windowOf(1), windowOf(2)]);
      const result = step(state, batch, 5e-3);
      state = result.state;
      logs.push(result.logs);
      tf.dispose(Object.values(batch));
    }
    step.dispose();
    expect(logs.at(-1)?.['reconstruction']).toBeLessThan(0.5 * (logs[0]?.['reconstruction'] ?? NaN));
    expect(logs.at(-1)?.['psnr']).toBeGreaterThan((logs[0]?.['psnr'] ?? NaN) + 5);
    expect(Object.keys(nestParameters(state.trainable))).toContain('encoder');
  });
});

describe('for the apps', () => {
  const dataset = (height: number, width: number) =>
    ({ dir: 'data/train', frameSize: { height, width } }) as Dataset;

  test('windows follow each other', () => {
    expect(videoVae.windowSpec(presets.small)).toEqual({ frames: 33, stride: 33, content: 'frames' });
  });

  test('crops are no larger than pictures', () => {
    expect(videoVae.adapt(presets.small, dataset(128, 256)).cropSize).toBe(presets.small.cropSize);
    expect(videoVae.adapt(presets.small, dataset(50, 40)).cropSize).toBe(32);
    expect(videoVae.adapt({ ...presets.small, cropSize: null }, dataset(64, 48)).cropSize).toBeNull();
    expect(videoVae.adapt({ ...presets.small, cropSize: null }, dataset(70, 48)).cropSize).toBe(48);
  });

  test('data of tokens, or of tiny pictures, are refused', () => {
    const tokens = { dir: 'data/train', frameSize: undefined } as Dataset;
    expect(() => videoVae.adapt(presets.small, tokens)).toThrow(/data\/train holds tokens, not pictures/);
    expect(() => videoVae.adapt(presets.small, dataset(12, 40))).toThrow(/at least 16×16/);
  });
});
