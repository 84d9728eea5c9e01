import * as tf from '@tensorflow/tfjs-core';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Where a generator stands: plain numbers, to be stored in a checkpoint. */
export interface RandomState {
  readonly generator: readonly number[];
  /** The second normal of a pair that has been drawn but not used. */
  readonly spare: number | null;
}

/** Seeded random numbers, drawn in JavaScript: the same on every backend, device and thread count. */
export interface Random {
  /** One number in [0, 1), with 53 random bits. */
  readonly uniform: () => number;
  /** One standard normal number. */
  readonly normal: () => number;
  /** One integer in [low, high], both included. */
  integer(low: number, high: number): number;
  /** Standard normals times `deviation`, as a float32 tensor of `shape`. */
  normalTensor(shape: readonly number[], deviation?: number): tf.Tensor;
  /** Uniform numbers in [low, high] (rounding may reach `high`), as a float32 tensor of `shape`. */
  uniformTensor(shape: readonly number[], low?: number, high?: number): tf.Tensor;
  /** 0 … count − 1 in random order (Fisher–Yates). */
  permutation(count: number): Int32Array;
  /** An independent generator for a purpose of its own; it doesn't depend on how many numbers were drawn here before. */
  fork(purpose: string): Random;
  state(): RandomState;
}

/**
 * A generator that gives the same numbers for the same seed, everywhere (xoroshiro128+ from pure-rand; normals by
 * Marsaglia's polar method).
 *
 * @param from a seed (an integer), or a state that `state()` returned
 */
export function createRandom(from: number | RandomState): Random {
  // Small seeds differ in few bits, and so would the first numbers: a hash spreads them.
  const seed = hashText(typeof from === 'number' ? `seed ${from}` : JSON.stringify(from));
  const generator =
    typeof from === 'number' ? warm(xoroshiro128plus(seed)) : xoroshiro128plusFromState([...from.generator]);
  let spare = typeof from === 'number' ? null : from.spare;

  const uniform = () => uniformFloat64(generator);

  function normal(): number {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  }

  function permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = uniformInt(generator, 0, i);
      const kept = order[i] as number;
      order[i] = order[j] as number;
      order[j] = kept;
    }
    return order;
  }

  return {
    uniform,
    normal,
    permutation,
    integer: (low, high) => uniformInt(generator, low, high),
    normalTensor: (shape, deviation = 1) => tensorOf(shape, () => normal() * deviation),
    uniformTensor: (shape, low = 0, high = 1) => tensorOf(shape, () => low + (high - low) * uniform()),
    fork: (purpose) => createRandom(hashText(`${seed}/${purpose}`)),
    state: () => ({ generator: [...generator.getState()], spare }),
  };
}

function tensorOf(shape: readonly number[], draw: () => number): tf.Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return tf.tensor(values, [...shape], 'float32');
}

/** The generator's state starts mostly empty; after some steps all of its bits are mixed. */
function warm(generator: RandomGenerator): RandomGenerator {
  for (let i = 0; i < 64; i++) generator.next();
  return generator;
}

/** FNV-1a, 32 bits: enough to give each purpose a seed of its own. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}
