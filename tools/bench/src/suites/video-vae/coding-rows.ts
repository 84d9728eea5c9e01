import type { tf } from '@borealis/tensor';
import type { VideoVae, VideoVaeConfig } from '@borealis/video-vae';
import { createVideoVae } from '@borealis/video-vae';
import type { Program } from '../../programs/program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';
import { CHANNELS_LAST } from './peer-variants.ts';
import type { VaeWidths } from './vae-setting.ts';
import { vaeConfig, vaeData, vaeParameters, vaeSettings } from './vae-setting.ts';

export interface VideoSizes extends VaeWidths {
  readonly frames: number;
  readonly side: number;
}

const WHOLE: VideoSizes = { divisor: 4, frames: 17, side: 256 };
const LONG: VideoSizes = { divisor: 4, frames: 77, side: 128 };
const LARGE: VideoSizes = { divisor: 4, frames: 77, side: 512 };

/** A whole video to latents, and back. */
export function wholeVideoRows(sizes: VideoSizes = WHOLE, suffix = ''): BenchRow[] {
  const { frames, side } = sizes;
  const video = [1, frames, side, side, 3];
  const shapes = `[b t h w c] = [${video.join(' ')}]`;
  return [
    codingRow(`encode${suffix}`, `VAE, ${shapes} to latents, in chunks of 1, 4, 4, …`, sizes, {
      shape: () => video,
      run: (vae, x) => vae.encode(x),
    }),
    codingRow(`decode${suffix}`, `VAE, latents to ${shapes}, a latent frame at a time`, sizes, {
      shape: latentShape,
      run: (vae, x) => vae.decode(x),
    }),
  ];
}

/** The same for the challenge's resolution and length: it takes minutes a run, and is there to be run once. */
export function largeVideoRows(): BenchRow[] {
  return wholeVideoRows(LARGE, '-large');
}

/** All frames of a longer video, and the last one alone. */
export function lastFrameRows(sizes: VideoSizes = LONG): BenchRow[] {
  const { frames, side } = sizes;
  return [
    codingRow('decode-long', `VAE, latents to [1 ${frames} ${side} ${side} 3]`, sizes, {
      shape: latentShape,
      run: (vae, x) => vae.decode(x),
    }),
    codingRow(
      'last-frame',
      `VAE, latents to frame ${frames} of decode-long alone; PyTorch decodes all`,
      sizes,
      {
        shape: latentShape,
        run: (vae, x) => vae.decodeLastFrame(x),
      },
    ),
  ];
}

function latentShape({ frames, side }: VideoSizes, { zDim }: VideoVaeConfig): number[] {
  return [1, 1 + (frames - 1) / 4, side / 16, side / 16, zDim];
}

function codingRow(
  name: string,
  what: string,
  sizes: VideoSizes,
  work: {
    readonly shape: (sizes: VideoSizes, config: VideoVaeConfig) => readonly number[];
    readonly run: (vae: VideoVae, x: tf.Tensor) => tf.Tensor;
  },
): BenchRow {
  const config = vaeConfig(sizes);
  const { divisor } = sizes;
  return {
    name,
    what: `${what}; ${divisor === 1 ? 'the published width' : `widths those of the published VAE / ${divisor}`}`,
    precisions: ['f32', 'bf16'],
    settings: vaeSettings(config),
    inputs: (random) =>
      new Map([
        ['x', normalData(random.fork('x'), work.shape(sizes, config), { deviation: 0.5 })],
        ...vaeData(random, config),
      ]),
    peerVariants: CHANNELS_LAST,
    heavy: true,
    comparedRuns: 1,
    tolerance: { f32: 1e-4, bf16: 1e-1 },
    build: (inputs, options) => {
      const vae = createVideoVae(config, vaeParameters(inputs, config, options), options);
      return lastResult(() => work.run(vae, inputNamed(inputs, 'x')));
    },
  };
}

/** `y` of each iteration; the one before is let go first. */
function lastResult(run: () => tf.Tensor): Program {
  let last: tf.Tensor | undefined;
  return {
    run: () => {
      last?.dispose();
      last = run();
    },
    outputs: () => (last === undefined ? {} : { y: last }),
  };
}
