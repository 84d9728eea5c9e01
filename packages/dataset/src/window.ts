/** Pictures, `[t h w c]`, RGB, 8 bits. */
export interface Frames {
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** Grids of token codes in [0, 64000), `[g h w]`; three grids stand for 17 frames. */
export interface TokenGrids {
  readonly data: Int32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** Normalised latents of a video autoencoder, `[t h w c]`: those of 1 + 4 (t − 1) frames. */
export interface Latents {
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Where a shuffled loader goes on. `block` counts in the epoch's order of blocks, `index` in the block's order of
 * windows; `index` may equal the number of windows of the block, which means the next block.
 */
export interface LoaderPosition {
  readonly epoch: number;
  readonly block: number;
  readonly index: number;
}

/** A stretch of one segment: what models train on and are evaluated on. */
export interface Window {
  readonly shard: number;
  /** Which of `dataset.segments`: unique in the dataset, what intervals are bootstrapped over. */
  readonly segment: number;
  /** First frame, counted in the shard. */
  readonly start: number;
  /** `[frameCount, 25]` */
  readonly states: Float32Array;
  /** Frames the window spans. */
  readonly frameCount: number;
  /** Of raw data. In test clips fewer than `frameCount`: the future is withheld. */
  readonly frames?: Frames;
  /** Of tokenized data: `frameCount / 17 * 3` grids. */
  readonly tokens?: TokenGrids;
  /** Of the frames, where an autoencoder has encoded them: those that are known. */
  readonly latents?: Latents;
  /** Set by the shuffled loader: hand it back to go on after this window. */
  readonly position?: LoaderPosition;
}

/** Which windows to cut. */
export interface WindowSpec {
  /** Frames a window spans; a multiple of 17 for tokens. */
  readonly frames: number;
  /** Frames from one start to the next; a multiple of 17 for tokens. */
  readonly stride: number;
  readonly content: 'frames' | 'tokens';
}
