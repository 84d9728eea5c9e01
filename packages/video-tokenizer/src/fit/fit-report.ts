import type { BlockFsqConfig } from '../block/block-fsq-weights.ts';

/** What one basis comes to on the training blocks, each averaged over its frames and decoded by itself. */
export interface BasisFit {
  readonly basis: BlockFsqConfig['basis'];
  /** dB of the six coefficients as they are. */
  readonly psnrUnquantized: number;
  /** dB of the quantised coefficients. */
  readonly psnr: number;
  readonly coefficients: readonly {
    /** In units of the pixel range. */
    readonly variance: number;
    readonly level: number;
    /** Mean squared error over variance. */
    readonly relativeError: number;
    /** Of the level indices, in nats. */
    readonly entropy: number;
  }[];
}

/** How a tokenizer was fitted. */
export interface FitReport {
  readonly clips: number;
  readonly blocks: number;
  readonly chosen: BlockFsqConfig['basis'];
  readonly candidates: readonly BasisFit[];
}
