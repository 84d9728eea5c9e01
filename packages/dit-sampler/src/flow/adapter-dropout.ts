import { dropout, tf } from '@borealis/tensor';
import { loraLinear } from '@borealis/training';
import type { Linear } from '../transformer/timesteps.ts';

/** Linear maps whose adapters are shown part of their input: another part in each layer, and for each seed. */
export function adapterDropout(rate: number, seed: tf.Tensor | undefined): Linear {
  if (rate === 0 || seed === undefined) return loraLinear;
  let layers = 0;
  return (x, layer) => {
    if (layer.lora_A === undefined) return loraLinear(x, layer);
    const own = tf.add(seed, tf.tensor1d([layers++, 0], 'int32'));
    return loraLinear(x, layer, (input) => dropout(input, rate, own));
  };
}
