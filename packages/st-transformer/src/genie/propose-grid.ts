import { tf } from '@borealis/tensor';
import { codesOf } from './digits.ts';
import type { GenieConfig } from './genie-config.ts';
import { genieHidden, headOf } from './genie-forward.ts';
import type { GenieParameters } from './genie-parameters.ts';

export type ProposalInputs = {
  readonly parameters: GenieParameters;
  /** `[b t s]` int32: the last grid is masked in part */
  readonly codes: tf.Tensor;
  /** Where codes are to be drawn: Gumbel noise `[b s digits values]` and the temperature, a scalar. */
  readonly draw?: { readonly noise: tf.Tensor; readonly temperature: tf.Tensor };
};

export type Proposal = {
  /** `[b s]` int32: a code for each place of the last grid */
  readonly codes: tf.Tensor;
  /** `[b s]`: the probability of that code, the product of its digits' */
  readonly confidence: tf.Tensor;
  /** `[b s digits values]` */
  readonly logits: tf.Tensor;
};

/** What the model would put at each place of the last grid: the likeliest digits, or drawn ones. */
export function proposeGrid(config: GenieConfig, { parameters, codes, draw }: ProposalInputs): Proposal {
  const [, t, s] = codes.shape as [number, number, number];
  const hidden = genieHidden(config, parameters, codes);
  const last = tf.squeeze(tf.slice(hidden, [0, t - 1, 0, 0], [-1, 1, s, -1]), [1]); // [b s c]
  const logits = headOf(config, parameters, last);
  const scores = draw === undefined ? logits : tf.add(tf.div(logits, draw.temperature), draw.noise);
  const digits = tf.argMax(scores, -1); // [b s digits]
  const chosen = tf.oneHot(tf.cast(digits, 'int32'), logits.shape.at(-1) as number);
  const probabilities = tf.sum(tf.mul(tf.softmax(logits), tf.cast(chosen, 'float32')), -1); // [b s digits]
  return {
    codes: codesOf(config, tf.unstack(tf.cast(digits, 'int32'), -1)),
    confidence: tf.prod(probabilities, -1),
    logits,
  };
}
