import { crossEntropy, tf } from '@borealis/tensor';
import type { LossAndLogs, Parameters } from '@borealis/training';
import { digitsOf, isMask } from './digits.ts';
import type { GenieConfig } from './genie-config.ts';
import { genieHidden, headOf } from './genie-forward.ts';
import { asGenieParameters } from './genie-parameters.ts';

export type GenieBatch = {
  /** `[b t s]` int32: what the model sees, masked and corrupted. */
  readonly inputs: tf.Tensor;
  /** `[b t s]` int32: the true codes. */
  readonly labels: tf.Tensor;
};

/**
 * Cross-entropy of masked places in nats per code, summed over digits; the first grid is never counted
 * (STMaskGIT.compute_loss_and_acc). `accuracy` is the share of them whose digits are all likeliest.
 */
export function genieLoss(
  config: GenieConfig,
  parameters: Parameters,
  { inputs, labels }: GenieBatch,
): LossAndLogs {
  const p = asGenieParameters(config, parameters);
  const [b, t, s] = inputs.shape as [number, number, number];
  const n = b * (t - 1) * s;
  const later = (x: tf.Tensor) =>
    tf.slice(x, [0, 1, ...x.shape.slice(2).map(() => 0)], [-1, t - 1, ...x.shape.slice(2)]);
  const hidden = tf.reshape(later(genieHidden(config, p, inputs)), [n, config.dim]);
  const masked = tf.cast(isMask(config, tf.reshape(later(inputs), [n])), 'float32');
  const truth = digitsOf(config, tf.reshape(later(labels), [n]));

  const logits = headOf(config, p, hidden); // [n digits values]
  const digits = truth.map((digit, i) => ({
    digit,
    logits: tf.squeeze(tf.slice(logits, [0, i, 0], [-1, 1, -1]), [1]), // [n values]
  }));
  const each = tf.addN(digits.map(({ logits, digit }) => crossEntropy(logits, digit)));
  const right = digits.map(({ logits, digit }) => tf.cast(tf.equal(tf.argMax(logits, -1), digit), 'float32'));
  const allRight = right.reduce((all, one) => tf.mul(all, one));
  const count = tf.maximum(tf.sum(masked), 1);
  const mean = (x: tf.Tensor) => tf.div(tf.sum(tf.mul(x, masked)), count);
  return { loss: mean(each), logs: { accuracy: mean(allRight) } };
}
