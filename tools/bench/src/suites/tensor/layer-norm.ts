import { layerNorm, type tf } from '@borealis/tensor';
import { functionProgram, gradientProgram } from '../../programs/function-program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';

const NAMES = ['x', 'gain', 'bias'] as const;
const EPS = 1e-5;

/** The forward pass, and forward and backward. */
export function layerNormRows(rows = 2048, channels = 512): BenchRow[] {
  const normalise = (...[x, gain, bias]: tf.Tensor[]) =>
    layerNorm(x as tf.Tensor, { gain: gain as tf.Tensor, bias: bias as tf.Tensor }, EPS);
  const common = {
    precisions: ['f32', 'bf16'],
    settings: { eps: EPS },
    inputs: (random) =>
      new Map([
        ['x', normalData(random, [rows, channels])],
        ['gain', normalData(random, [channels], { mean: 1, deviation: 0.1 })],
        ['bias', normalData(random, [channels], { deviation: 0.1 })],
        ['dy', normalData(random, [rows, channels])],
      ]),
    comparedRuns: 1,
    tolerance: { f32: 1e-5, bf16: 5e-2 },
  } satisfies Partial<BenchRow>;
  const what = `[${rows} ${channels}]`;
  return [
    {
      ...common,
      name: 'layer-norm',
      what,
      build: (inputs, options) => {
        const all = NAMES.map((name) => inputNamed(inputs, name));
        return functionProgram((...all) => ({ y: normalise(...all) }), all, options);
      },
    },
    {
      ...common,
      name: 'layer-norm-backward',
      what: `${what}, forward and backward`,
      build: (inputs, options) => {
        const all = NAMES.map((name) => inputNamed(inputs, name));
        return gradientProgram(normalise, all, inputNamed(inputs, 'dy'), options);
      },
    },
  ];
}
