import type { TensorData } from '@borealis/safetensors';
import { tensorOf } from '@borealis/safetensors';
import type { Random } from '@borealis/tensor';

/** Codes in [0, classes), each as likely, int32. */
export function codeData(random: Random, shape: readonly number[], classes: number): TensorData {
  const codes = new Int32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < codes.length; i++) codes[i] = random.integer(0, classes - 1);
  return tensorOf(codes, shape);
}
