import type { tf } from '@borealis/tensor';
import { BenchError } from '../bench-error.ts';

export function inputNamed(inputs: ReadonlyMap<string, tf.Tensor>, name: string): tf.Tensor {
  const input = inputs.get(name);
  if (input === undefined) throw new BenchError('protocol', `the inputs hold no tensor named ${name}`);
  return input;
}
