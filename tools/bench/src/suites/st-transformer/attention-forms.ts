import type { Random } from '@borealis/tensor';
import { packedAttention, tf } from '@borealis/tensor';
import { gradientProgram } from '../../programs/function-program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';

export interface AttentionSizes {
  readonly times: number;
  readonly places: number;
  readonly heads: number;
  readonly depth: number;
}

const SIZES: AttentionSizes = { times: 5, places: 1024, heads: 8, depth: 64 };

/**
 * What a layer's attention costs in either form, forward and backward, in memory linear in the number of tokens; beside it,
 * what the scores would take if they were made whole.
 */
export function attentionFormRows(sizes: AttentionSizes = SIZES): BenchRow[] {
  const { times, places, heads, depth } = sizes;
  const channels = heads * depth;
  const qkv = (random: Random) => normalData(random, [1, times, places, 3 * channels]);
  const common = {
    precisions: ['f32', 'bf16'],
    settings: { heads },
    comparedRuns: 1,
    tolerance: { f32: 1e-5, bf16: 3e-2 },
  } satisfies Partial<BenchRow>;
  const dy = (random: Random) => normalData(random, [1, times, places, channels]);
  const split = times * places ** 2 + times ** 2 * places;
  const full = (times * places) ** 2;
  const seen = {
    split: times * places ** 2 + ((times * (times + 1)) / 2) * places,
    full: (places ** 2 * times * (times + 1)) / 2,
  };
  const costs = (scores: number, seenScores: number) =>
    `${scores.toLocaleString('en')} scores a head, ${Math.round((scores * heads * 4) / 1e6)} MB in float32 if made whole ` +
    `(${((100 * scores) / full).toFixed(1)} % of full attention’s); ` +
    `${((14 * seenScores * channels) / 1e9).toFixed(1)} GFLOP for those that are seen`;
  const shape = `${times} grids of ${places} places, ${heads} heads of ${depth}, forward and backward`;
  return [
    {
      ...common,
      name: 'attention-spatio-temporal',
      what: `over places, then causal over time: ${shape}; ${costs(split, seen.split)}`,
      inputs: (random) =>
        new Map([
          ['spatial', qkv(random)],
          ['temporal', qkv(random)],
          ['dy', dy(random)],
        ]),
      build: (inputs, options) =>
        gradientProgram(
          (...[spatial, temporal]) => {
            const grids = tf.reshape(spatial as tf.Tensor, [times, places, 3 * channels]);
            const seen = tf.reshape(packedAttention(grids, { heads }), [1, times, places, channels]);
            return tf.add(seen, packedAttention(temporal as tf.Tensor, { heads, causal: true }));
          },
          [inputNamed(inputs, 'spatial'), inputNamed(inputs, 'temporal')],
          inputNamed(inputs, 'dy'),
          options,
        ),
    },
    {
      ...common,
      name: 'attention-full',
      what: `over all places of a grid and of those before: ${shape}; ${costs(full, seen.full)}`,
      inputs: (random) =>
        new Map([
          ['qkv', qkv(random)],
          ['dy', dy(random)],
        ]),
      build: (inputs, options) =>
        gradientProgram(
          (...[qkv]) => {
            const tokens = tf.reshape(qkv as tf.Tensor, [1, times * places, 3 * channels]);
            const seen = packedAttention(tokens, { heads, causalBlock: places });
            return tf.reshape(seen, [1, times, places, channels]);
          },
          [inputNamed(inputs, 'qkv')],
          inputNamed(inputs, 'dy'),
          options,
        ),
    },
  ];
}
