import { compile, tf, toBfloat16 } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { mapNamed } from '@borealis/training';
import type { VideoVaeConfig } from './config.ts';
import { spatialRatio, temporalRatio } from './config.ts';
import { checkLatents, decodeChunk } from './decode-chunk.ts';
import { decodeLastFrame } from './decode-last-frame.ts';
import { checkVideo, encodeChunk } from './encode-chunk.ts';
import { denormaliseLatents, normaliseLatents } from './latents.ts';
import type { VideoVaeParameters } from './parameters.ts';
import { asVideoVaeParameters } from './parameters.ts';
import type { StreamStep } from './stream-chunks.ts';
import { streamChunks, wholeInChunks } from './stream-chunks.ts';
import type { VaeCache } from './time/stream-time.ts';
import { tileByTile } from './tile-by-tile.ts';
import type { Tile, Tiling } from './tiles.ts';
import { tilesOf } from './tiles.ts';

export interface VideoVaeOptions {
  /** Default `f32`. */
  readonly precision?: 'f32' | 'bf16';
  /**
   * Latent frames (four frames each) that `encode` and `decode` take at a time after the first. Default: 1 from 256 × 256
   * pixels on, up to 4 where pictures (or tiles) are smaller: short operations leave a processor waiting.
   */
  readonly latentsAtATime?: number;
  /** Pictures are cut into tiles, so that memory doesn't grow with their size. Default: whole. */
  readonly tiling?: Tiling;
}

/** Video to normalised latents and back. What is returned is the caller's to dispose; what is given stays. */
export interface VideoVae {
  /**
   * The means of the encoder's distributions, normalised. An image is a video of one frame.
   *
   * @param video `[b t h w 3]`, [-1, 1], t = 1 + 4k, sides multiples of 16
   * @returns `[b 1+k h/16 w/16 z]`
   */
  encode(video: tf.Tensor): tf.Tensor;
  /** @param latents normalised, `[b t h w z]` @returns `[b 1+4(t−1) 16·h 16·w 3]`, [-1, 1] */
  decode(latents: tf.Tensor): tf.Tensor;
  /** The last frame alone, equal to that of `decode`. @returns `[b 16·h 16·w 3]` */
  decodeLastFrame(latents: tf.Tensor): tf.Tensor;
  /** Chunks of a video, the first of 1 + 4k frames, the others of 4k: a chunk of latents for each. They are disposed. */
  encodeStream(chunks: AsyncIterable<tf.Tensor> | Iterable<tf.Tensor>): AsyncGenerator<tf.Tensor, void>;
  /** Chunks of latents, of any length: a chunk of video for each. They are disposed. */
  decodeStream(chunks: AsyncIterable<tf.Tensor> | Iterable<tf.Tensor>): AsyncGenerator<tf.Tensor, void>;
  /** Lets go of compiled functions; the parameters are the caller's. */
  dispose(): void;
}

/**
 * A VAE with these parameters, compiled for each size of chunk when that first comes.
 *
 * @throws VideoVaeError `PARAMETERS`; methods `VIDEO`, `TILES`
 */
export function createVideoVae(
  config: VideoVaeConfig,
  parameters: Parameters,
  { precision = 'f32', latentsAtATime, tiling }: VideoVaeOptions = {},
): VideoVae {
  const p = asVideoVaeParameters(config, parameters);
  const [space, time] = [spatialRatio(config), temporalRatio(config)];
  /** Only products read what is remembered: in bf16 they would round it anyway, at each chunk again. */
  const hold = (cache: VaeCache): VaeCache => (precision === 'bf16' ? mapNamed(cache, toBfloat16) : cache);
  const encodeStep = compile(
    (p: VideoVaeParameters, video: tf.Tensor, cache: VaeCache) => {
      const { moments, cache: next } = encodeChunk(config, { parameters: p, video, cache });
      return { output: normaliseLatents(config, moments.mean), next: hold(next) };
    },
    { name: 'vae_encode', precision },
  );
  const decodeStep = compile(
    (p: VideoVaeParameters, normal: tf.Tensor, cache: VaeCache) => {
      const latents = denormaliseLatents(config, normal);
      const { video, cache: next } = decodeChunk(config, { parameters: p, latents, cache });
      return { output: video, next: hold(next) };
    },
    { name: 'vae_decode', precision },
  );
  const lastFrame = compile(
    (p: VideoVaeParameters, normal: tf.Tensor) =>
      tf.expandDims(
        decodeLastFrame(config, { parameters: p, latents: denormaliseLatents(config, normal) }),
        1,
      ),
    { name: 'vae_decode_last_frame', precision },
  );

  /** Tiles of a picture of so many latent pixels. */
  const cut = (height: number, width: number): Tile[] =>
    tilesOf(height, width, tiling ?? { size: Math.max(height, width), overlap: 0 });
  const atATime = (height: number, width: number): number => {
    const side = tiling?.size ?? Infinity;
    const places = Math.min(height, side) * Math.min(width, side);
    return latentsAtATime ?? Math.min(4, Math.max(1, Math.floor(256 / places)));
  };
  const cutLatents = ({ shape: [, , h = 1, w = 1] }: tf.Tensor) => cut(h, w);

  const encodeTiles: StreamStep = (video, caches) => {
    checkVideo(config, video.shape, caches.length === 0);
    const [, , h, w] = video.shape as [number, number, number, number];
    const options = { tiles: cut(h / space, w / space), caches, from: space, to: 1 };
    return tileByTile(video, options, (tile, cache) => encodeStep(p, tile, cache));
  };
  const decodeTiles: StreamStep = (latents, caches) => {
    checkLatents(config, latents.shape);
    const options = { tiles: cutLatents(latents), caches, from: 1, to: space };
    return tileByTile(latents, options, (tile, cache) => decodeStep(p, tile, cache));
  };

  return {
    encode: (video) => {
      checkVideo(config, video.shape, true);
      const [, , h = 1, w = 1] = video.shape;
      return wholeInChunks(video, encodeTiles, time * atATime(h / space, w / space));
    },
    decode: (latents) => {
      const [, , h = 1, w = 1] = latents.shape;
      return wholeInChunks(latents, decodeTiles, atATime(h, w));
    },
    decodeLastFrame: (latents) => {
      checkLatents(config, latents.shape);
      const options = { tiles: cutLatents(latents), caches: [], from: 1, to: space };
      const { output } = tileByTile(latents, options, (tile) => ({ output: lastFrame(p, tile), next: {} }));
      const picture = tf.squeeze(output, [1]);
      output.dispose();
      return picture;
    },
    encodeStream: (chunks) => streamChunks(chunks, encodeTiles),
    decodeStream: (chunks) => streamChunks(chunks, decodeTiles),
    dispose: () => {
      for (const compiled of [encodeStep, decodeStep, lastFrame]) compiled.dispose();
    },
  };
}
