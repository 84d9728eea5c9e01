import type { ExtendedBinding } from './binding.ts';

/** Of kernels that are chosen where a processor knows nothing of bfloat16. */
const WITHOUT = new Set(['avx2', 'baseline']);

/** Whether TensorFlow's products in bfloat16 are a processor's own: it has AVX-512, or is a GPU. Elsewhere they take many times as long as in float32. */
export function multipliesBfloat16(native: ExtendedBinding): boolean {
  return native.isUsingGpuDevice() || !WITHOUT.has(native.kernelInstructions());
}
