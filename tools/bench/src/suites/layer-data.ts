import type { TensorData } from '@borealis/safetensors';
import type { Random } from '@borealis/tensor';
import { normalData } from './normal-data.ts';

export type NamedData = readonly (readonly [name: string, data: TensorData])[];

/** Weight and bias of a layer norm. */
export function normData(random: Random, name: string, channels: number): NamedData {
  return [[`${name}.weight`, gainData(random, channels)], biasOf(random, name, channels, 0.1)];
}

/** Weight `[out in]` and bias of a linear layer that keeps the size of what passes. */
export function linearData(
  random: Random,
  name: string,
  { inSize, outSize }: { readonly inSize: number; readonly outSize: number },
): NamedData {
  const weight = normalData(random, [outSize, inSize], { deviation: 1 / Math.sqrt(inSize) });
  return [[`${name}.weight`, weight], biasOf(random, name, outSize, 0.02)];
}

/** Factors about 1, `[channels]`. */
export function gainData(random: Random, channels: number): TensorData {
  return normalData(random, [channels], { mean: 1, deviation: 0.1 });
}

function biasOf(random: Random, name: string, size: number, deviation: number): NamedData[number] {
  return [`${name}.bias`, normalData(random, [size], { deviation })];
}
