import { embedding, linear, tf } from '@borealis/tensor';
import { block } from '../block.ts';
import { digitsOf, isMask } from './digits.ts';
import type { GenieConfig } from './genie-config.ts';
import { valuesOfDigit } from './genie-config.ts';
import type { GenieParameters } from './genie-parameters.ts';

/** The width around which muP scales logits (1xgpt: `set_mup_shapes`). */
const MUP_BASE_WIDTH = 256;

/**
 * Logits of every digit at every place (STMaskGIT.compute_logits): of the code that stands there, masked or not.
 *
 * @param codes `[b t s]` int32, in [0, codes], the last being the mask; t may be less than the configured time steps
 * @returns `[b t s digits values]`
 */
export function genieLogits(config: GenieConfig, p: GenieParameters, codes: tf.Tensor): tf.Tensor {
  return headOf(config, p, genieHidden(config, p, codes));
}

/** `[b t s]` → `[b t s c]` */
export function genieHidden(config: GenieConfig, p: GenieParameters, codes: tf.Tensor): tf.Tensor {
  const t = codes.shape[1] as number;
  const { timeSteps, dim, heads } = config;
  const positions =
    t === timeSteps ? p.pos_embed_TSC : tf.slice(p.pos_embed_TSC, [0, 0, 0, 0], [-1, t, -1, -1]);
  let x = tf.add(embed(config, p.token_embed, codes), positions);
  const scale = config.mup ? { scale: 8 / (dim / heads) } : {};
  for (const layer of Object.values(p.decoder.layers)) x = block(x, layer, { heads, ...scale });
  return x;
}

/** `[… c]` → `[… digits values]` */
export function headOf(config: GenieConfig, p: GenieParameters, hidden: tf.Tensor): tf.Tensor {
  const scaled = config.mup ? tf.div(hidden, config.dim / MUP_BASE_WIDTH) : hidden;
  const flat = linear(scaled, p.out_x_proj.weight, p.out_x_proj.bias);
  return tf.reshape(flat, [...hidden.shape.slice(0, -1), config.digits, valuesOfDigit(config)]);
}

/** A code is embedded as the sum of its digits' rows, the mask as a row of its own: `[…]` → `[… c]` */
function embed(config: GenieConfig, p: GenieParameters['token_embed'], codes: tf.Tensor): tf.Tensor {
  const digits = digitsOf(config, codes);
  const rows = Object.values(p.factored_embeds).map(({ weight }, i) =>
    embedding(digits[i] as tf.Tensor, weight),
  );
  const masked = tf.expandDims(tf.cast(isMask(config, codes), 'float32'), -1);
  return tf.add(tf.mul(tf.addN(rows), tf.sub(1, masked)), tf.mul(p.mask_token_embed, masked));
}
