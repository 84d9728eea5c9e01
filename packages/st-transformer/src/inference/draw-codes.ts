import { tf, topK, uniformNoise } from '@borealis/tensor';
import type { StTransformerConfig } from '../config.ts';
import { allLogProbabilities, logProbabilitiesOf } from '../vocabulary/log-probabilities.ts';
import { vocabularyOf } from '../vocabulary/vocabulary.ts';
import type { HeadArguments } from './grid-outputs.ts';

/** What is added to the score of a code that must not be drawn. */
const FORBIDDEN = -1e30;

/** Uniform noise is moved up to this, so that its logarithm is finite. */
const LEAST_NOISE = 1e-30;

export type DrawInputs = {
  /** A scalar above 0. */
  readonly temperature: tf.Tensor;
  /** A scalar in (0, 1]; absent: no code is too unlikely. */
  readonly topP?: tf.Tensor;
  /** `[2]` int32: of `drawSeed`. */
  readonly seed: tf.Tensor;
};

export interface DrawArguments extends HeadArguments {
  readonly draw: DrawInputs;
  /** How many of the likeliest codes are drawn from; absent: all. */
  readonly k?: number;
}

/**
 * A code for each place, drawn from softmax(log p / temperature) of its k likeliest codes, or, with `topP`, of the fewest
 * of these whose probabilities, at this temperature, add up to so much (Holtzman et al. 2020).
 *
 * @returns `[n]` int32
 */
export function drawCodes(
  config: StTransformerConfig,
  { vocabulary: p, hidden, draw, k }: DrawArguments,
): tf.Tensor {
  const vocabulary = vocabularyOf(config);
  if (k === undefined && draw.topP === undefined) {
    const all = tf.div(allLogProbabilities(vocabulary, hidden, p), draw.temperature);
    return tf.cast(drawIndices(all, draw.seed), 'int32');
  }
  const scores = vocabulary.scores(hidden, p);
  const { values, indices } = topK(scores, Math.min(k ?? vocabulary.size, vocabulary.size)); // likeliest first
  // What a row's log-probabilities lack is the same for all of its codes.
  const warmed = tf.div(logProbabilitiesOf(vocabulary, values, tf.zeros([1])), draw.temperature);
  const among = draw.topP === undefined ? warmed : tf.add(warmed, beyond(warmed, draw.topP));
  const drawn = drawIndices(among, draw.seed); // [n]
  const rows = tf.range(0, hidden.shape[0], 1, 'int32');
  return tf.gatherND(indices, tf.stack([rows, tf.cast(drawn, 'int32')], 1));
}

/** 0 for codes, likeliest first, before which the probabilities add up to less than `topP`, else forbidden: `[n k]` */
function beyond(logits: tf.Tensor, topP: tf.Tensor): tf.Tensor {
  const before = tf.cumsum(tf.softmax(logits), -1, true);
  return tf.mul(tf.cast(tf.greaterEqual(before, topP), 'float32'), FORBIDDEN);
}

/** The largest after Gumbel noise is an index drawn from softmax(logits): `[n k]` → `[n]` (Gumbel 1954). */
function drawIndices(logits: tf.Tensor, seed: tf.Tensor): tf.Tensor {
  const noise = tf.maximum(uniformNoise(logits.shape, seed), LEAST_NOISE);
  return tf.argMax(tf.sub(logits, tf.log(tf.neg(tf.log(noise)))), -1);
}
