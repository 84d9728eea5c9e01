import { tf } from '@borealis/tensor';
import { functionProgram } from '../../programs/function-program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';

export function matmulRow(size = 2048): BenchRow {
  return {
    name: 'matmul',
    what: `[${size} ${size}] · [${size} ${size}]`,
    precisions: ['f32', 'bf16'],
    settings: {},
    inputs: (random) =>
      new Map([
        ['a', normalData(random, [size, size])],
        ['b', normalData(random, [size, size])],
      ]),
    build: (inputs, options) =>
      functionProgram(
        (a, b) => ({ y: tf.matMul(a, b) }),
        [inputNamed(inputs, 'a'), inputNamed(inputs, 'b')],
        options,
      ),
    comparedRuns: 1,
    tolerance: { f32: 1e-5, bf16: 2e-2 },
  };
}
