import type { NamedTensors } from '@borealis/training';
import { disposeNamed, nestParameters } from '@borealis/training';
import type { CompileOptions } from '@borealis/tensor';
import { compile, tf } from '@borealis/tensor';
import type { VaeCache, VideoVaeConfig, VideoVaeParameters } from '@borealis/video-vae';
import {
  asVideoVaeParameters,
  decodeChunk,
  denormaliseLatents,
  encodeChunk,
  fromPublishedConfig,
  normaliseLatents,
  toMemory,
} from '@borealis/video-vae';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf } from './golden.ts';
import { produce, tensorsUnder, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

const configSchema = z.object({ model: z.unknown(), cases: z.record(z.string(), z.unknown()) });

/** Frames of each chunk after the first, which has one: all divisions must give the same. */
const PLANS: Readonly<Record<string, number>> = { fours: 4, eights: 8, 'at once': Infinity };

/**
 * `wan22_vae`, `wan22_vae_trace`: @borealis/video-vae in chunks of several sizes, with every block's output joined over
 * the chunks.
 */
export function* verifyWan22Vae(golden: Golden, { precision }: VerifierOptions): Iterable<Produced> {
  const { model, cases } = configOf(golden, configSchema);
  const config = fromPublishedConfig(model);
  const named = inMemory(tensorsUnder(golden, 'weights.'));
  const parameters = asVideoVaeParameters(config, nestParameters(named));
  const run = createRunner(config, parameters, { precision });
  const videos = Object.keys(cases).filter((name) => golden.has(`inputs.${name}.video`));
  for (const [by, frames] of Object.entries(PLANS)) {
    for (const name of videos) {
      const video = framesLast(toTensor(golden.tensor(`inputs.${name}.video`)));
      const encoded = run.encode(video, frames);
      const { mean } = encoded;
      if (mean === undefined) continue;
      const outputs = { ...encoded, ...run.decode(mean, frames) };
      yield* wanted(golden, outputs, { name, by });
      tf.dispose([video, outputs]);
    }
    if (!golden.has('inputs.decode_only.latents')) continue;
    const normal = framesLast(toTensor(golden.tensor('inputs.decode_only.latents')));
    const latents = denormaliseLatents(config, normal);
    const outputs = run.decode(latents, frames);
    yield* wanted(golden, outputs, { name: 'decode_only', by });
    tf.dispose([normal, latents, outputs]);
  }
  run.dispose();
  disposeNamed(named);
}

type Outputs = Record<string, tf.Tensor>;

/** What `fn` gives for one chunk after the other, joined in time. */
interface Runner {
  encode(video: tf.Tensor, chunk: number): Outputs;
  decode(latents: tf.Tensor, chunk: number): Outputs;
  dispose(): void;
}

type Pass = (
  p: VideoVaeParameters,
  x: tf.Tensor,
  cache: VaeCache,
) => { readonly outputs: Outputs; readonly next: VaeCache };

function createRunner(
  config: VideoVaeConfig,
  parameters: VideoVaeParameters,
  options: CompileOptions,
): Runner {
  const encode = compile((p: VideoVaeParameters, video: tf.Tensor, cache: VaeCache) => {
    const { outputs, trace } = collect();
    const { moments, cache: next } = encodeChunk(config, { parameters: p, video, cache, trace });
    const latents = normaliseLatents(config, moments.mean);
    return { outputs: { ...outputs, mean: moments.mean, logvar: moments.logVariance, latents }, next };
  }, options);
  const decode = compile((p: VideoVaeParameters, latents: tf.Tensor, cache: VaeCache) => {
    const { outputs, trace } = collect();
    const { video: sample, cache: next } = decodeChunk(config, { parameters: p, latents, cache, trace });
    return { outputs: { ...outputs, sample }, next };
  }, options);

  const stream = (x: tf.Tensor, chunk: number, run: Pass): Outputs => {
    const parts: Outputs[] = [];
    let cache: VaeCache = {};
    const frames = x.shape[1] ?? 0;
    for (let start = 0; start < frames;) {
      const count = Math.min(frames - start, chunk === Infinity ? frames : start === 0 ? 1 : chunk);
      const piece = tf.slice(x, [0, start, 0, 0, 0], [-1, count, -1, -1, -1]);
      const { outputs, next } = run(parameters, piece, cache);
      tf.dispose([piece, cache]);
      parts.push(outputs);
      cache = next;
      start += count;
    }
    tf.dispose(cache);
    return joined(parts);
  };
  return {
    encode: (video, chunk) => stream(video, chunk, encode),
    decode: (latents, chunk) => stream(latents, chunk / 4, decode),
    dispose: () => {
      encode.dispose();
      decode.dispose();
    },
  };
}

function collect(): { readonly outputs: Outputs; readonly trace: (name: string, x: tf.Tensor) => void } {
  const outputs: Outputs = {};
  return {
    outputs,
    trace: (name, x) => {
      outputs[name] = x;
    },
  };
}

function joined(parts: readonly Outputs[]): Outputs {
  const names = Object.keys(parts[0] ?? {});
  const together = names.map((name) => {
    const pieces = parts.map((part) => part[name] as tf.Tensor);
    const whole = tf.concat(pieces, 1);
    tf.dispose(pieces);
    return [name, whole] as const;
  });
  return Object.fromEntries(together);
}

/** Those that the file has, in the reference's layout. */
function* wanted(
  golden: Golden,
  outputs: Outputs,
  { name, by }: { readonly name: string; readonly by: string },
): Iterable<Produced> {
  for (const [output, tensor] of Object.entries(outputs)) {
    const full = `outputs.${name}.${output}`;
    if (golden.has(full)) yield produce(full, tf.transpose(tensor, [0, 4, 1, 2, 3]), by);
  }
}

function framesLast(video: tf.Tensor): tf.Tensor {
  const moved = tf.transpose(video, [0, 2, 3, 4, 1]);
  video.dispose();
  return moved;
}

function inMemory(published: NamedTensors): NamedTensors {
  const moved = Object.entries(published).map(([name, tensor]) => [name, toMemory(tensor)] as const);
  disposeNamed(published);
  return Object.fromEntries(moved);
}
