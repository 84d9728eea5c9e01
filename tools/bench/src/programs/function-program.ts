import { compile, tf } from '@borealis/tensor';
import type { NamedTensors } from '@borealis/training';
import { disposeNamed } from '@borealis/training';
import type { BuildOptions } from '../suites/suite.ts';
import type { Program } from './program.ts';

/** `fn` of the same inputs at each iteration, compiled. */
export function functionProgram(
  fn: (...inputs: tf.Tensor[]) => NamedTensors,
  inputs: readonly tf.Tensor[],
  { precision }: BuildOptions,
): Program {
  const compiled = compile(fn, { precision });
  let last: NamedTensors = {};
  return {
    run: () => {
      disposeNamed(last);
      last = compiled(...inputs);
    },
    outputs: () => last,
  };
}

/** The value `y` of a function, and its gradient with respect to each input, `grad.0`, `grad.1` …, given `dy`. */
export function gradientProgram(
  fn: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  dy: tf.Tensor,
  options: BuildOptions,
): Program {
  const valueAndGradients = (dy: tf.Tensor, ...inputs: tf.Tensor[]) => {
    const { value, grads } = tf.valueAndGrads(fn)(inputs, dy);
    return { y: value, ...Object.fromEntries(grads.map((gradient, i) => [`grad.${i}`, gradient])) };
  };
  return functionProgram((dy, ...inputs) => valueAndGradients(dy, ...inputs), [dy, ...inputs], options);
}
