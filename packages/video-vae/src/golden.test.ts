import { compile, startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeChunk } from './decode-chunk.ts';
import { encodeChunk } from './encode-chunk.ts';
import type { GoldenVae } from './golden.test.fixture.ts';
import { openGolden } from './golden.test.fixture.ts';
import { framesOf } from './layers/frames.ts';
import { denormaliseLatents, normaliseLatents } from './latents.ts';
import type { VideoVaeParameters } from './parameters.ts';
import type { VaeCache } from './time/stream-time.ts';

let golden: GoldenVae;
let trace: GoldenVae;
beforeAll(async () => {
  await startBackend();
  golden = await openGolden('wan22_vae');
  trace = await openGolden('wan22_vae_trace');
});

const PLANS: Readonly<Record<string, readonly number[]>> = {
  '1, 4, 4': [1, 4, 4],
  '1, 8': [1, 8],
  '5, 4': [5, 4],
  '9': [9],
};

describe.each(Object.entries(PLANS))('in chunks of %s frames', (_, plan) => {
  test('encode', () => {
    const { config, parameters } = golden;
    const encode = compile((p: VideoVaeParameters, video: tf.Tensor, cache: VaeCache) => {
      const outputs: Record<string, tf.Tensor> = {};
      const trace = (name: string, output: tf.Tensor) => {
        outputs[name] = output;
      };
      const { moments, cache: next } = encodeChunk(config, { parameters: p, video, cache, trace });
      const latents = normaliseLatents(config, moments.mean);
      return {
        mean: moments.mean,
        logvar: moments.logVariance,
        latents,
        encoder_out: outputs['encoder_out'] as tf.Tensor,
        next,
      };
    });
    const video = golden.video('inputs.video.video');
    const parts: ReturnType<typeof encode>[] = [];
    let cache: VaeCache = {};
    let start = 0;
    for (const count of plan) {
      const part = encode(parameters, framesOf(video, start, count), cache);
      cache = part.next;
      parts.push(part);
      start += count;
    }
    for (const name of ['encoder_out', 'mean', 'logvar', 'latents'] as const) {
      golden.expectClose(
        `outputs.video.${name}`,
        tf.concat(
          parts.map((part) => part[name]),
          1,
        ),
      );
    }
    encode.dispose();
  });

  test('decode', () => {
    const { config, parameters } = golden;
    const decode = compile((p: VideoVaeParameters, latents: tf.Tensor, cache: VaeCache) => {
      const { video, cache: next } = decodeChunk(config, { parameters: p, latents, cache });
      return { video, next };
    });
    const latents = golden.video('outputs.video.mean');
    const parts: tf.Tensor[] = [];
    let cache: VaeCache = {};
    let start = 0;
    for (const frames of plan) {
      const count = start === 0 ? 1 + (frames - 1) / 4 : frames / 4;
      const part = decode(parameters, framesOf(latents, start, count), cache);
      cache = part.next;
      parts.push(part.video);
      start += count;
    }
    golden.expectClose('outputs.video.sample', tf.concat(parts, 1));
    decode.dispose();
  });
});

test('every block of a small non-square video', () => {
  const { config, parameters } = golden;
  const outputs: Record<string, tf.Tensor> = {};
  const keep = (name: string, output: tf.Tensor) => {
    outputs[name] = output;
  };
  const video = trace.video('inputs.small.video');
  const { moments } = encodeChunk(config, { parameters, video, cache: {}, trace: keep });
  const decoded = decodeChunk(config, { parameters, latents: moments.mean, cache: {}, trace: keep });
  Object.assign(outputs, {
    mean: moments.mean,
    logvar: moments.logVariance,
    latents: normaliseLatents(config, moments.mean),
    sample: decoded.video,
  });
  const wanted = trace.names.filter((name) => name.startsWith('outputs.small.'));
  expect(wanted.length).toBeGreaterThan(20);
  for (const name of wanted) {
    const got = outputs[name.slice('outputs.small.'.length)];
    if (got === undefined) throw new Error(`${name} has not been computed`);
    trace.expectClose(name, got);
  }
});

test('an image, and latents alone', () => {
  const { config, parameters } = golden;
  const image = golden.video('inputs.image.video');
  const { moments } = encodeChunk(config, { parameters, video: image, cache: {} });
  golden.expectClose('outputs.image.mean', moments.mean);
  const back = decodeChunk(config, { parameters, latents: moments.mean, cache: {} });
  golden.expectClose('outputs.image.sample', back.video);
  const latents = denormaliseLatents(config, golden.video('inputs.decode_only.latents'));
  const { video } = decodeChunk(config, { parameters, latents, cache: {} });
  golden.expectClose('outputs.decode_only.sample', video);
});
