import { attention, type tf } from '@borealis/tensor';
import { functionProgram, gradientProgram } from '../../programs/function-program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';

const NAMES = ['q', 'k', 'v'] as const;
type Shape = readonly [batch: number, heads: number, places: number, depth: number];

/** The forward pass, and forward and backward. */
export function attentionRows(shape: Shape = [2, 8, 1024, 64]): BenchRow[] {
  const attend = (...[q, k, v]: tf.Tensor[]) => attention(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor);
  const common = {
    precisions: ['f32', 'bf16'],
    settings: {},
    inputs: (random) => new Map([...NAMES, 'dy'].map((name) => [name, normalData(random, shape)])),
    comparedRuns: 1,
    tolerance: { f32: 1e-5, bf16: 3e-2 },
  } satisfies Partial<BenchRow>;
  const what = `[b h s d] = [${shape.join(' ')}]`;
  return [
    {
      ...common,
      name: 'attention',
      what,
      build: (inputs, options) => {
        const qkv = NAMES.map((name) => inputNamed(inputs, name));
        return functionProgram((...qkv) => ({ y: attend(...qkv) }), qkv, options);
      },
    },
    {
      ...common,
      name: 'attention-backward',
      what: `${what}, forward and backward`,
      build: (inputs, options) => {
        const qkv = NAMES.map((name) => inputNamed(inputs, name));
        return gradientProgram(attend, qkv, inputNamed(inputs, 'dy'), options);
      },
    },
  ];
}
