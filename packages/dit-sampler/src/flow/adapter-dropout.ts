import { dropout, tf } from '@borealis/tensor';
import { loraLinear } from '@borealis/training';
import type { LinearOf } from '../transformer/linear.ts';

/**
 * Linear maps whose adapters are shown part of their input: another part in each layer, and for each seed. A part of the
 * model that is computed again gets the same again.
 */
export function adapterDropout(rate: number, seed: tf.Tensor | undefined): LinearOf {
  if (rate === 0 || seed === undefined) return () => loraLinear;
  return (part) => {
    let layers = 0;
    return (x, layer) => {
      if (layer.lora_A === undefined) return loraLinear(x, layer);
      const own = tf.add(seed, tf.tensor1d([layers++, part], 'int32'));
      return loraLinear(x, layer, (input) => dropout(input, rate, own));
    };
  };
}
