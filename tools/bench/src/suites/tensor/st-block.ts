import type { BlockParameters } from '@borealis/st-transformer';
import { block } from '@borealis/st-transformer';
import { tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { forwardProgram } from '../../programs/forward-program.ts';
import { trainingProgram } from '../../programs/training-program.ts';
import { inputNamed } from '../input-named.ts';
import { inputsBut } from '../inputs-but.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';
import type { StBlockSizes } from './st-block-data.ts';
import { stBlockData } from './st-block-data.ts';

const SIZES: StBlockSizes = { times: 2, places: 1024, channels: 512, heads: 8, mlpRatio: 4 };
const RATE = 1e-3;
const WEIGHT_DECAY = 0.05;

/** A layer of the ST-transformer: the forward pass, and a training step with loss mean(y²) and AdamW. */
export function stBlockRows(sizes: StBlockSizes = SIZES): BenchRow[] {
  const { times, places, channels, heads, mlpRatio } = sizes;
  const forward = (parameters: Parameters, x: tf.Tensor) =>
    block(x, parameters as unknown as BlockParameters, { heads });
  const common = {
    precisions: ['f32', 'bf16'],
    inputs: (random) =>
      new Map([['x', normalData(random, [1, times, places, channels])], ...stBlockData(random, sizes)]),
  } satisfies Partial<BenchRow>;
  const what = `ST block, [b t s c] = [1 ${times} ${places} ${channels}], ${heads} heads, MLP ×${mlpRatio}`;
  return [
    {
      ...common,
      name: 'st-block',
      what,
      settings: { heads },
      comparedRuns: 1,
      tolerance: { f32: 1e-5, bf16: 3e-2 },
      build: (inputs, options) =>
        forwardProgram(
          (parameters, x) => forward(parameters, x),
          { parameters: inputsBut(inputs, ['x']), inputs: [inputNamed(inputs, 'x')] },
          options,
        ),
    },
    {
      ...common,
      name: 'st-block-training',
      what: `${what}: loss, gradients, AdamW`,
      settings: { heads, rate: RATE, weightDecay: WEIGHT_DECAY },
      comparedRuns: 3,
      tolerance: { f32: 1e-3, bf16: 1e-1 },
      build: (inputs, options) =>
        trainingProgram({
          ...options,
          loss: (parameters, x: tf.Tensor) => tf.mean(tf.square(forward(parameters, x))),
          parameters: inputsBut(inputs, ['x']),
          batch: inputNamed(inputs, 'x'),
          rate: RATE,
          weightDecay: WEIGHT_DECAY,
        }),
    },
  ];
}
