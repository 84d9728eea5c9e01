import { gelu } from '@borealis/tensor';
import { functionProgram, gradientProgram } from '../../programs/function-program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';

/** The exact form: the forward pass, and forward and backward. */
export function geluRows(size = 2048): BenchRow[] {
  const common = {
    precisions: ['f32', 'bf16'],
    settings: {},
    inputs: (random) => new Map(['x', 'dy'].map((name) => [name, normalData(random, [size, size])])),
    comparedRuns: 1,
    tolerance: { f32: 1e-5, bf16: 3e-2 },
  } satisfies Partial<BenchRow>;
  const what = `[${size} ${size}]`;
  return [
    {
      ...common,
      name: 'gelu',
      what,
      build: (inputs, options) =>
        functionProgram((x) => ({ y: gelu(x) }), [inputNamed(inputs, 'x')], options),
    },
    {
      ...common,
      name: 'gelu-backward',
      what: `${what}, forward and backward`,
      build: (inputs, options) =>
        gradientProgram((x) => gelu(x), [inputNamed(inputs, 'x')], inputNamed(inputs, 'dy'), options),
    },
  ];
}
