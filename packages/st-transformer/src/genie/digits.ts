import { tf } from '@borealis/tensor';
import type { GenieConfig } from './genie-config.ts';
import { valuesOfDigit } from './genie-config.ts';

/** The digits of codes `[…]` int32, the lowest first, each in [0, values); of the mask they are 0. */
export function digitsOf(config: GenieConfig, codes: tf.Tensor): tf.Tensor[] {
  const values = tf.scalar(valuesOfDigit(config), 'int32');
  let rest = tf.where(isMask(config, codes), tf.zerosLike(codes), codes);
  return Array.from({ length: config.digits }, () => {
    const digit = tf.mod(rest, values);
    rest = tf.floorDiv(rest, values);
    return digit;
  });
}

/** Codes of digits, the lowest first. */
export function codesOf(config: GenieConfig, digits: readonly tf.Tensor[]): tf.Tensor {
  const values = valuesOfDigit(config);
  return tf.addN(digits.map((digit, i) => tf.mul(digit, tf.scalar(values ** i, 'int32'))));
}

/** Where codes `[…]` are the mask, `[…]` bool. */
export function isMask(config: GenieConfig, codes: tf.Tensor): tf.Tensor {
  return tf.equal(codes, tf.scalar(config.codes, 'int32'));
}
