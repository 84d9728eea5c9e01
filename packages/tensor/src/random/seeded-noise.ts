import * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';
import { nativeOps, typeAttribute } from '../native/native-op.ts';
import type { Random } from './random.ts';

/** Seeds are int32 and not negative. */
const LARGEST_SEED = 2 ** 31 - 1;

/**
 * A seed for numbers that are drawn inside of compiled functions: `[2]` int32. A new one for each call makes dropout and
 * noise differ from call to call, and `random`'s own seed makes all of it the same in the next run.
 */
export function drawSeed(random: Random): tf.Tensor {
  return tf.tensor1d([random.integer(0, LARGEST_SEED), random.integer(0, LARGEST_SEED)], 'int32');
}

/** A seed of its own for each purpose (a layer, say), from one: the same purpose gives the same. */
export function deriveSeed(seed: tf.Tensor, purpose: string): tf.Tensor {
  checkSeed(seed);
  return tf.add(seed, tf.tensor1d([hash(purpose, 0x811c9dc5), hash(purpose, 0x9dc5811c)], 'int32'));
}

/**
 * Uniform numbers in [0, 1), which `seed` alone decides, inside of compiled functions, too (TensorFlow's Philox; Salmon et
 * al. 2011). Other backends, and functions compiled with XLA, draw other numbers from the same seed.
 *
 * @param seed `[2]` int32
 * @throws TensorError `INVALID_ARGUMENT`
 */
export function uniformNoise(shape: readonly number[], seed: tf.Tensor): tf.Tensor {
  const drawn = draw('StatelessRandomUniform', shape, seed);
  return drawn ?? tf.randomUniform([...shape], 0, 1, 'float32', seed.dataSync().join(' '));
}

/** Standard normal numbers, which `seed` alone decides: as `uniformNoise`. */
export function normalNoise(shape: readonly number[], seed: tf.Tensor): tf.Tensor {
  const drawn = draw('StatelessRandomNormal', shape, seed);
  return drawn ?? tf.randomNormal([...shape], 0, 1, 'float32', hash(seed.dataSync().join(' '), 0x811c9dc5));
}

/** Undefined on backends other than TensorFlow. */
function draw(op: string, shape: readonly number[], seed: tf.Tensor): tf.Tensor | undefined {
  checkSeed(seed);
  const native = nativeOps();
  if (native === undefined) return undefined;
  const { constants } = native;
  const types = [
    typeAttribute(constants, 'dtype', constants.TF_FLOAT),
    typeAttribute(constants, 'T', constants.TF_INT32),
    typeAttribute(constants, 'Tseed', constants.TF_INT32),
  ];
  const [drawn] = native.run(op, types, [tf.tensor1d([...shape], 'int32'), seed], 1);
  return drawn;
}

function checkSeed({ dtype, shape }: tf.Tensor): void {
  if (dtype === 'int32' && shape.length === 1 && shape[0] === 2) return;
  throw new TensorError(
    'INVALID_ARGUMENT',
    `a seed is an int32 tensor of shape [2], not ${dtype} [${shape.join(' ')}]: drawSeed(random) makes one`,
  );
}

/** FNV-1a. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value | 0;
}
