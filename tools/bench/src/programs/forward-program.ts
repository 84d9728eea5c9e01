import type { tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import { nestParameters } from '@borealis/training';
import type { BuildOptions } from '../suites/suite.ts';
import { functionProgram } from './function-program.ts';
import { heldWeights } from './held-weights.ts';
import type { Program } from './program.ts';

/**
 * A model's forward pass, `y`. Its parameters come in as inputs do: nothing is frozen. In bf16 they are held as bfloat16, as
 * weights are that only predict.
 */
export function forwardProgram(
  fn: (parameters: Parameters, ...inputs: tf.Tensor[]) => tf.Tensor,
  { parameters, inputs }: { readonly parameters: NamedTensors; readonly inputs: readonly tf.Tensor[] },
  options: BuildOptions,
): Program {
  const names = Object.keys(parameters);
  const held = heldWeights(parameters, options.precision);
  return functionProgram(
    (...tensors) => {
      const given = tensors.slice(names.length);
      const named = Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
      return { y: fn(nestParameters(named), ...given) };
    },
    [...Object.values(held), ...inputs],
    options,
  );
}
