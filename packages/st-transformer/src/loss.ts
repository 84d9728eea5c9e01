import type { LossAndLogs, Parameters } from '@borealis/training';
import { tf } from '@borealis/tensor';
import type { StBatch } from './batch.ts';
import type { StTransformerConfig } from './config.ts';
import { hiddenOf } from './forward.ts';
import { asStTransformerParameters } from './parameters.ts';
import { vocabularyOf } from './vocabulary/vocabulary.ts';

/**
 * Teacher-forced cross-entropy of every next grid, in nats per token; `future` is that of the grids which a task asks
 * for, those after the given ones.
 */
export function loss(config: StTransformerConfig, parameters: Parameters, batch: StBatch): LossAndLogs {
  const p = asStTransformerParameters(config, parameters);
  const [b, grids, s] = batch.codes.shape as [number, number, number];
  const t = grids - 1;
  const codes = tf.slice(batch.codes, [0, 0, 0], [-1, t, -1]);
  const targets = tf.slice(batch.codes, [0, 1, 0], [-1, t, -1]);
  const hidden = tf.reshape(hiddenOf(config, { parameters: p, codes, states: batch.states }), [
    b * t * s,
    config.dim,
  ]);
  const flat = tf.reshape(targets, [b * t * s]);
  const { mean, each } = vocabularyOf(config).crossEntropy(hidden, flat, p.vocabulary);
  const perGrid = tf.mean(tf.reshape(each, [b, t, s]), [0, 2]); // [t]
  const future = tf.mean(tf.slice(perGrid, [config.contextGrids - 1], [-1]));
  return { loss: mean, logs: { future } };
}
