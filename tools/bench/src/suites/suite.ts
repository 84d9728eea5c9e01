import type { TensorData } from '@borealis/safetensors';
import type { Random, tf } from '@borealis/tensor';
import type { Program } from '../programs/program.ts';

/** `bf16`: products in bfloat16, each side in the way that is fastest there. */
export type Precision = 'f32' | 'bf16';

export interface BuildOptions {
  readonly precision: Precision;
}

/**
 * One line of a benchmark. Both sides get the same inputs; the other side knows the row by the same name
 * (`peer/pytorch/rows/<suite>.py`).
 */
export interface BenchRow {
  readonly name: string;
  /** What is computed, with shapes, for the table. */
  readonly what: string;
  readonly precisions: readonly Precision[];
  /** Numbers beyond the inputs that both sides must agree on. */
  readonly settings: Readonly<Record<string, number>>;
  readonly inputs: (random: Random) => ReadonlyMap<string, TensorData>;
  /** Our side's program. Called in a process of its own, with TensorFlow started. */
  readonly build: (inputs: ReadonlyMap<string, tf.Tensor>, options: BuildOptions) => Program;
  /** Further ways in which the peer may be at its best here: each is tried along with every other choice it has. */
  readonly peerVariants?: readonly PeerVariant[];
  /**
   * Whether the ways of running it don't fit in memory together: then each of the peer's is timed by itself, and the fastest
   * alone is timed in turns with ours.
   */
  readonly heavy?: boolean;
  /** Runs after which outputs are compared: more than 1 where each goes on from the last. */
  readonly comparedRuns: number;
  /** Largest root-mean-square difference of each output, relative to the output's own root mean square. */
  readonly tolerance: Readonly<Record<Precision, number>>;
}

/** What the other side does differently: its code reads `variant`. */
export interface PeerVariant {
  readonly name: string;
  readonly variant: Readonly<Record<string, string | boolean>>;
  /** Tried only along with choices that say this. Default: with all. */
  readonly among?: Readonly<Record<string, string | boolean>>;
}

/** What `borealis bench NAME` runs. */
export interface Suite {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  /** What the peer's side needs besides PyTorch: `peer/pytorch/requirements-<name>.txt`. */
  readonly peerPackages?: readonly PeerPackage[];
}

export type PeerPackage = 'diffusers';
