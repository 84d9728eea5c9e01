import { rmsNorm, silu, type tf } from '@borealis/tensor';
import type { Gain } from '../parameters.ts';

/** The reference divides by no less than this norm. */
const SMALLEST_NORM = 1e-12;

/** RMS norm over channels, `x / max(‖x‖, 1e-12) · √c · gamma` (Wan2.2 vae2_2.py `RMS_norm`). */
export function normalise(x: tf.Tensor, { gamma }: Gain): tf.Tensor {
  return rmsNorm(x, gamma, SMALLEST_NORM ** 2 / gamma.size);
}

export function normaliseAndActivate(x: tf.Tensor, p: Gain): tf.Tensor {
  return silu(normalise(x, p));
}
