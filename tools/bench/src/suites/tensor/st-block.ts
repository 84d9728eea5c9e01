import type { BlockParameters } from '@borealis/st-transformer';
import { block } from '@borealis/st-transformer';
import type { TensorData } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import { nestParameters } from '@borealis/training';
import { functionProgram } from '../../programs/function-program.ts';
import { trainingProgram } from '../../programs/training-program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow, Normal } from '../suite.ts';

export interface BlockSizes {
  readonly times: number;
  readonly places: number;
  readonly channels: number;
  readonly heads: number;
  readonly mlpRatio: number;
}

const SIZES: BlockSizes = { times: 2, places: 1024, channels: 512, heads: 8, mlpRatio: 4 };
const RATE = 1e-3;
const WEIGHT_DECAY = 0.05;

/** A layer of the ST-transformer: the forward pass, and a training step with loss mean(y²) and AdamW. */
export function stBlockRows(sizes: BlockSizes = SIZES): BenchRow[] {
  const { times, places, channels, heads, mlpRatio } = sizes;
  const forward = (x: tf.Tensor, parameters: Parameters) =>
    block(x, parameters as unknown as BlockParameters, { heads });
  const common = {
    precisions: ['f32', 'bf16'],
    inputs: (normal) =>
      new Map([['x', normalData(normal, [1, times, places, channels])], ...blockParameters(normal, sizes)]),
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
      build: (inputs, options) => {
        const parameters = parametersOf(inputs);
        const names = Object.keys(parameters);
        return functionProgram(
          (x, ...tensors) => {
            const named = Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
            return { y: forward(x, nestParameters(named)) };
          },
          [inputNamed(inputs, 'x'), ...Object.values(parameters)],
          options,
        );
      },
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
          loss: (parameters, x) => tf.mean(tf.square(forward(x, parameters))),
          parameters: parametersOf(inputs),
          x: inputNamed(inputs, 'x'),
          rate: RATE,
          weightDecay: WEIGHT_DECAY,
        }),
    },
  ];
}

function parametersOf(inputs: ReadonlyMap<string, tf.Tensor>): NamedTensors {
  return Object.fromEntries([...inputs].filter(([name]) => name !== 'x'));
}

/** Under the names of 1xgpt's checkpoints. */
function blockParameters(normal: Normal, { channels, mlpRatio }: BlockSizes): [string, TensorData][] {
  const norm = (name: string): [string, TensorData][] => [
    [`${name}.weight`, normalData(normal, [channels], { mean: 1, deviation: 0.1 })],
    [`${name}.bias`, normalData(normal, [channels], { deviation: 0.1 })],
  ];
  const affine = (name: string, outSize: number, inSize: number): [string, TensorData][] => [
    [`${name}.weight`, normalData(normal, [outSize, inSize], { deviation: 1 / Math.sqrt(inSize) })],
    [`${name}.bias`, normalData(normal, [outSize], { deviation: 0.02 })],
  ];
  const attention = (name: string) => [
    ...affine(`${name}.qkv`, 3 * channels, channels),
    ...affine(`${name}.proj`, channels, channels),
  ];
  return [
    ...norm('norm1'),
    ...attention('spatial_attn'),
    ...norm('temporal_norm'),
    ...attention('temporal_attn'),
    ...norm('norm2'),
    ...affine('mlp.fc1', mlpRatio * channels, channels),
    ...affine('mlp.fc2', channels, mlpRatio * channels),
  ];
}
