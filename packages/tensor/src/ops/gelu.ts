import * as tf from '@tensorflow/tfjs-core';
import { fusedOps, text } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

const SQRT_HALF = Math.SQRT1_2;
const INVERSE_SQRT_TAU = 1 / Math.sqrt(2 * Math.PI);
const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/** Gaussian error linear unit (Hendrycks and Gimpel 2016), exact: `x · Φ(x)`. Any shape. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return fusedActivation('gelu', x) ?? composedGelu(x);
}

function composedGelu(x: tf.Tensor): tf.Tensor {
  const distribution = (x: tf.Tensor) => tf.add(tf.mul(tf.erf(tf.mul(x, SQRT_HALF)), 0.5), 0.5);
  return withDerivative(
    x,
    (x) => tf.mul(x, distribution(x)),
    (x) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), INVERSE_SQRT_TAU);
      return tf.add(distribution(x), tf.mul(x, density));
    },
  );
}

/**
 * The tanh form of GELU, `x / 2 · (1 + tanh(u))` with `u = √(2/π) (x + 0.044715 x³)`, as `x · σ(2u)`, which it equals.
 * Any shape. Of its derivative's factors none is a difference of nearly equal numbers, as `1 − tanh²(u)` is.
 */
export function geluTanh(x: tf.Tensor): tf.Tensor {
  return fusedActivation('gelu_tanh', x) ?? composedGeluTanh(x);
}

function composedGeluTanh(x: tf.Tensor): tf.Tensor {
  const doubled = (square: tf.Tensor, x: tf.Tensor) =>
    tf.mul(x, tf.add(tf.mul(square, 2 * TANH_SCALE * TANH_CUBIC), 2 * TANH_SCALE));
  return withDerivative(
    x,
    (x) => tf.mul(x, tf.sigmoid(doubled(tf.square(x), x))),
    (x) => {
      const square = tf.square(x);
      const u = doubled(square, x);
      const s = tf.sigmoid(u);
      const slope = tf.add(tf.mul(square, 6 * TANH_SCALE * TANH_CUBIC), 2 * TANH_SCALE);
      return tf.add(s, tf.mul(tf.mul(s, tf.sigmoid(tf.neg(u))), tf.mul(x, slope)));
    },
  );
}

/** Sigmoid linear unit, `x · σ(x)`. Any shape. */
export function silu(x: tf.Tensor): tf.Tensor {
  return fusedActivation('silu', x) ?? composedSilu(x);
}

function composedSilu(x: tf.Tensor): tf.Tensor {
  return withDerivative(
    x,
    (x) => tf.mul(x, tf.sigmoid(x)),
    (x) => {
      const s = tf.sigmoid(x);
      return tf.mul(s, tf.add(1, tf.mul(x, tf.sub(1, s))));
    },
  );
}

/** In one pass over memory, its gradient too; undefined where our own operations can't run. */
function fusedActivation(kind: 'gelu' | 'gelu_tanh' | 'silu', x: tf.Tensor): tf.Tensor | undefined {
  const run = fusedOps();
  if (run === undefined) return undefined;
  const attributes = { kind: text(kind) };
  return withGradient(
    [x],
    (x) => ({ value: run('BorealisActivation', [x], attributes, 1)[0] as tf.Tensor, saved: { x } }),
    (dy, { x }) => run('BorealisActivationGradient', [x, dy], attributes, 1),
  );
}

/** An elementwise function that keeps only its input for the backward pass. */
function withDerivative(
  x: tf.Tensor,
  value: (x: tf.Tensor) => tf.Tensor,
  derivative: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  return withGradient(
    [x],
    (x) => ({ value: value(x), saved: { x } }),
    (dy, { x }) => [tf.mul(dy, derivative(x))],
  );
}
