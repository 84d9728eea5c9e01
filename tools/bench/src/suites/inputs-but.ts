import type { tf } from '@borealis/tensor';
import type { NamedTensors } from '@borealis/training';

/** All inputs but those named: the parameters. */
export function inputsBut(inputs: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): NamedTensors {
  return Object.fromEntries([...inputs].filter(([name]) => !names.includes(name)));
}
