import { setImmediate as turn } from 'node:timers/promises';
import type { Frames, TokenGrids } from '@borealis/dataset';
import type { CompileOptions } from '@borealis/tensor';
import { compile, tf } from '@borealis/tensor';
import { BLOCK, CHANNELS, checkGrids, CLIP_FRAMES, GRID_KINDS, gridSizeOf } from '../block/block-geometry.ts';
import { eachClip } from '../block/each-clip.ts';
import { codeCount } from '../fsq/fsq-levels.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { cosmosDecode, cosmosEncode } from './cosmos-codec.ts';
import type { CosmosConfig } from './cosmos-config.ts';
import type { CosmosParameters } from './cosmos-parameters.ts';

/** Encodes and decodes with one set of parameters; holds compiled functions, so dispose it. */
export interface CosmosTokenizer {
  /**
   * Tokens of clips of 17 frames, three grids each; every clip by itself, so memory does not grow with their number.
   *
   * @param frames `[17·n h w c]` RGB bytes, h and w multiples of 8
   * @returns grids `[3·n h/8 w/8]`
   * @throws VideoTokenizerError `frames`
   */
  encode(frames: Frames): Promise<TokenGrids>;
  /**
   * Frames of grid triples, 17 each.
   *
   * @param grids `[3·n gh gw]`, codes in [0, 64,000)
   * @returns frames `[17·n 8·gh 8·gw c]` RGB
   * @throws VideoTokenizerError `tokens`
   */
  decode(grids: TokenGrids): Promise<Frames>;
  /** Lets go of what was compiled; the parameters stay. */
  dispose(): void;
}

const GRIDS = GRID_KINDS.length;

type Inputs = { readonly p: CosmosParameters; readonly x: tf.Tensor };

/**
 * A tokenizer whose codes stand for 8×8 pixels of a clip's first frame, or of 8 frames after it.
 *
 * @throws VideoTokenizerError `option` where the config compresses otherwise
 */
export function createCosmosTokenizer(
  config: CosmosConfig,
  parameters: CosmosParameters,
  options: Pick<CompileOptions, 'precision'> = {},
): CosmosTokenizer {
  if (config.spatialCompression !== BLOCK || config.temporalCompression !== BLOCK) {
    const found = `${config.temporalCompression}×${config.spatialCompression}×${config.spatialCompression}`;
    throw new VideoTokenizerError(
      'option',
      `Three grids for 17 frames need compression 8×8×8, not ${found}.`,
    );
  }
  const toCodes = compile(
    ({ p, x }: Inputs) => {
      const video = tf.sub(tf.div(tf.cast(x, 'float32'), 127.5), 1);
      return cosmosEncode(p, video, { config });
    },
    { name: 'cosmos_encode', ...options },
  );
  const toBytes = compile(
    ({ p, x }: Inputs) => {
      const video = cosmosDecode(p, x, { config });
      const bright = tf.clipByValue(tf.mul(tf.add(video, 1), 127.5), 0, 255);
      return tf.cast(tf.floor(tf.add(bright, 0.5)), 'int32');
    },
    { name: 'cosmos_decode', ...options },
  );

  return {
    async encode(frames) {
      const grid = gridSizeOf(frames);
      const places = GRIDS * grid.height * grid.width;
      const count = (frames.count / CLIP_FRAMES) * GRIDS;
      const data = new Int32Array((places * count) / GRIDS);
      let to = 0;
      for (const { bytes } of eachClip(frames)) {
        const shape = [1, CLIP_FRAMES, frames.height, frames.width, CHANNELS];
        data.set(apply(toCodes, Int32Array.from(bytes), shape), to);
        to += places;
        await turn();
      }
      return { data, count, ...grid };
    },
    async decode(grids) {
      checkCodes(grids, codeCount(config.levels));
      const [height, width] = [grids.height * BLOCK, grids.width * BLOCK];
      const clips = grids.count / GRIDS;
      const places = GRIDS * grids.height * grids.width;
      const bytes = CLIP_FRAMES * height * width * CHANNELS;
      const data = new Uint8Array(clips * bytes);
      for (let i = 0; i < clips; i++) {
        const codes = grids.data.slice(i * places, (i + 1) * places);
        data.set(apply(toBytes, codes, [1, GRIDS, grids.height, grids.width]), i * bytes);
        await turn();
      }
      return { data, count: clips * CLIP_FRAMES, height, width };
    },
    dispose() {
      toCodes.dispose();
      toBytes.dispose();
    },
  };

  function apply(run: (inputs: Inputs) => tf.Tensor, values: Int32Array, shape: number[]): Int32Array {
    return tf.tidy(
      () => run({ p: parameters, x: tf.tensor(values, shape, 'int32') }).dataSync() as Int32Array,
    );
  }
}

function checkCodes(grids: TokenGrids, codes: number): void {
  checkGrids(grids);
  if (grids.count % GRIDS !== 0) {
    throw new VideoTokenizerError('tokens', `${grids.count} grids are no whole triples.`);
  }
  const place = grids.data.findIndex((code) => code < 0 || code >= codes);
  if (place === -1) return;
  throw new VideoTokenizerError(
    'tokens',
    `Code ${grids.data[place]} at place ${place} is outside [0, ${codes}).`,
  );
}
