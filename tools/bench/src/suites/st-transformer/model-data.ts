import type { TensorData } from '@borealis/safetensors';
import type { StTransformerConfig } from '@borealis/st-transformer';
import { parameterSpecs } from '@borealis/st-transformer';
import type { Random } from '@borealis/tensor';
import { gainData } from '../layer-data.ts';
import type { NamedData } from '../layer-data.ts';
import { normalData } from '../normal-data.ts';

/** Rows of a table that embeds and predicts, and positions: small, so that no code is nearly certain. */
const TABLE_DEVIATION = 0.02;
const BIAS_DEVIATION = 0.02;

/** Parameters of a model under their names, such that what passes through a layer keeps its size; no state is unheard. */
export function modelData(random: Random, config: StTransformerConfig): NamedData {
  return Object.entries(parameterSpecs(config)).map(([name, { shape }]) => [
    name,
    dataOf(random, name, shape),
  ]);
}

function dataOf(random: Random, name: string, shape: readonly number[]): TensorData {
  const [first = 1, inSize] = shape;
  if (shape.length === 1) {
    return name.endsWith('.weight')
      ? gainData(random, first)
      : normalData(random, shape, { deviation: BIAS_DEVIATION });
  }
  const isTable = name.startsWith('vocabulary') || name === 'positions';
  return normalData(random, shape, { deviation: isTable ? TABLE_DEVIATION : 1 / Math.sqrt(inSize ?? 1) });
}
