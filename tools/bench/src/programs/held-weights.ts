import type { tf } from '@borealis/tensor';
import { toBfloat16 } from '@borealis/tensor';
import type { NamedTensors } from '@borealis/training';
import { mapNamed } from '@borealis/training';
import type { Precision } from '../suites/suite.ts';

/** Weights that don't train as they are held at this precision: in bf16 as bfloat16, the given ones are let go then. */
export function heldWeights(weights: NamedTensors, precision: Precision): NamedTensors {
  return precision === 'bf16' ? mapNamed(weights, rounded) : weights;
}

function rounded(weight: tf.Tensor): tf.Tensor {
  const half = toBfloat16(weight);
  weight.dispose();
  return half;
}
