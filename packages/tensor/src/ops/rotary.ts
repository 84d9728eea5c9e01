import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { bool, fusedOps } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

/** Cosines and sines of each token's angles, `[n d]`; both channels of a pair have the same. Constants: no gradient. */
export interface RotaryTables {
  readonly cos: tf.Tensor;
  readonly sin: tf.Tensor;
}

/**
 * Rotary embedding (Su et al. 2021): turns each pair (2i, 2i + 1) of every head's channels by its token's angle, the
 * same for all heads. In one pass; the backward pass turns back.
 *
 * @param x `[… n heads·d]`
 */
export function rotary(x: tf.Tensor, tables: RotaryTables): tf.Tensor {
  const run = fusedOps();
  return run === undefined ? composed(x, tables) : fused(run, x, tables);
}

function fused(run: RunFused, x: tf.Tensor, { cos, sin }: RotaryTables): tf.Tensor {
  const turn = (x: tf.Tensor, tables: RotaryTables, backwards: boolean) => {
    const inputs = [x, tables.cos, tables.sin];
    return run('BorealisRotary', inputs, { backwards: bool(backwards) }, 1)[0] as tf.Tensor;
  };
  return withGradient(
    [x],
    (x) => ({ value: turn(x, { cos, sin }, false), saved: { cos, sin } }),
    (dy, tables) => [turn(dy, tables, true)],
  );
}

function composed(x: tf.Tensor, { cos, sin }: RotaryTables): tf.Tensor {
  const [n, d] = cos.shape as [number, number];
  const c = x.shape.at(-1) as number;
  const pairs = tf.reshape(x, [x.size / (n * c), n, c / d, d / 2, 2]);
  const [a, b] = tf.unstack(pairs, -1) as [tf.Tensor, tf.Tensor];
  const swapped = tf.stack([tf.neg(b), a], -1);
  const perToken = (table: tf.Tensor) => tf.reshape(table, [n, 1, d / 2, 2]);
  return tf.reshape(tf.add(tf.mul(pairs, perToken(cos)), tf.mul(swapped, perToken(sin))), x.shape);
}
