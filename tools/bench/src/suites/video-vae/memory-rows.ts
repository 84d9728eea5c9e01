import { compile, tf } from '@borealis/tensor';
import type { VaeCache, VideoVaeConfig, VideoVaeParameters } from '@borealis/video-vae';
import { asVideoVaeParameters, decodeChunk, encodeChunk } from '@borealis/video-vae';
import type { Program } from '../../programs/program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow, BuildOptions } from '../suite.ts';
import { CHANNELS_LAST } from './peer-variants.ts';
import type { VaeWidths } from './vae-setting.ts';
import { vaeConfig, vaeData, vaeParameters, vaeSettings } from './vae-setting.ts';

export interface MemorySizes extends VaeWidths {
  readonly side: number;
  readonly frames: readonly number[];
}

const SIZES: MemorySizes = { divisor: 4, side: 128, frames: [5, 17, 77] };

/** Frames of a chunk, and latent frames of it: all but the first. */
const CHUNK = 4;

/**
 * What videos of several lengths need: chunks are made as they are needed, and of each only what its means over height and
 * width are is kept. PyTorch's class takes and gives whole videos.
 */
export function memoryRows(sizes: MemorySizes = SIZES): BenchRow[] {
  const { side, frames: lengths } = sizes;
  const config = vaeConfig(sizes);
  const latentSide = side / 16;
  return lengths.flatMap((frames) => {
    const common = {
      precisions: ['f32', 'bf16'],
      settings: { ...vaeSettings(config), frames },
      peerVariants: CHANNELS_LAST,
      heavy: true,
      comparedRuns: 1,
      tolerance: { f32: 1e-3, bf16: 2e-1 },
    } satisfies Partial<BenchRow>;
    const chunks = 1 + (frames - 1) / CHUNK;
    return [
      {
        ...common,
        name: `encode-memory-${frames}`,
        what: `VAE, a stream of ${frames} frames of ${side}² to the means of their latents`,
        inputs: (random) =>
          new Map([['x', frameData(random, [1, 1 + CHUNK, side, side, 3])], ...vaeData(random, config)]),
        build: (inputs, options) => encoding(config, { inputs, chunks, ...options }),
      },
      {
        ...common,
        name: `decode-memory-${frames}`,
        what: `VAE, a stream of latents to the means of ${frames} frames of ${side}²`,
        inputs: (random) =>
          new Map([
            ['x', frameData(random, [1, 2, latentSide, latentSide, config.zDim])],
            ...vaeData(random, config),
          ]),
        build: (inputs, options) => decoding(config, { inputs, chunks, ...options }),
      },
    ] satisfies BenchRow[];
  });
}

function frameData(random: Parameters<BenchRow['inputs']>[0], shape: readonly number[]) {
  return normalData(random.fork('x'), shape, { deviation: 0.5 });
}

interface StreamSetting extends BuildOptions {
  readonly inputs: ReadonlyMap<string, tf.Tensor>;
  /** The first one has one frame, the others four (or one latent frame). */
  readonly chunks: number;
}

type Step = (p: VideoVaeParameters, x: tf.Tensor, cache: VaeCache) => { means: tf.Tensor; next: VaeCache };

function encoding(config: VideoVaeConfig, setting: StreamSetting): Program {
  const step: Step = (parameters, video, cache) => {
    const { moments, cache: next } = encodeChunk(config, { parameters, video, cache });
    return { means: tf.mean(moments.mean, [2, 3]), next };
  };
  return stream(config, setting, { step, later: CHUNK });
}

function decoding(config: VideoVaeConfig, setting: StreamSetting): Program {
  const step: Step = (parameters, latents, cache) => {
    const { video, cache: next } = decodeChunk(config, { parameters, latents, cache });
    return { means: tf.mean(video, [2, 3]), next };
  };
  return stream(config, setting, { step, later: 1 });
}

/** The first frame of `x`, then its others again and again; `y` `[1 t c]` is the means of all outputs. */
function stream(
  config: VideoVaeConfig,
  { inputs, chunks, precision }: StreamSetting,
  { step, later }: { readonly step: Step; readonly later: number },
): Program {
  const p = asVideoVaeParameters(config, vaeParameters(inputs, config, { precision }));
  const compiled = compile(step, { precision });
  const x = inputNamed(inputs, 'x');
  const [first, others] = tf.split(x, [1, later], 1) as [tf.Tensor, tf.Tensor];
  let last: tf.Tensor | undefined;
  return {
    run: () => {
      last?.dispose();
      let cache: VaeCache = {};
      const parts: tf.Tensor[] = [];
      for (let i = 0; i < chunks; i++) {
        const { means, next } = compiled(p, i === 0 ? first : others, cache);
        tf.dispose(Object.values(cache));
        cache = next;
        parts.push(means);
      }
      last = tf.concat(parts, 1);
      tf.dispose([...parts, ...Object.values(cache)]);
    },
    outputs: () => (last === undefined ? {} : { y: last }),
  };
}
