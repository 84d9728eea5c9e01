import { causalConv3d, rmsNorm, silu, tf } from '@borealis/tensor';
import { functionProgram, gradientProgram } from '../../programs/function-program.ts';
import { inputNamed } from '../input-named.ts';
import { gainData } from '../layer-data.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';

export interface CausalConvSizes {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const SIZES: CausalConvSizes = { frames: 5, height: 64, width: 64, channels: 160 };
const EPS = 1e-6;
const LAYERS = [1, 2] as const;
const NAMES = ['x', ...LAYERS.flatMap((i) => [`gain${i}`, `kernel${i}`, `bias${i}`])];

/** A residual block of a causal video VAE: norm, SiLU, convolution, twice. The forward pass, and forward and backward. */
export function causalConvRows(sizes: CausalConvSizes = SIZES): BenchRow[] {
  const { frames, height, width, channels } = sizes;
  const shape = [1, frames, height, width, channels];
  const common = {
    precisions: ['f32', 'bf16'],
    settings: { eps: EPS },
    inputs: (random) =>
      new Map([
        ['x', normalData(random, shape)],
        ...LAYERS.flatMap((i) => [
          [`gain${i}`, gainData(random, channels)] as const,
          [
            `kernel${i}`,
            normalData(random, [3, 3, 3, channels, channels], { deviation: 1 / Math.sqrt(27 * channels) }),
          ] as const,
          [`bias${i}`, normalData(random, [channels], { deviation: 0.02 })] as const,
        ]),
        ['dy', normalData(random, shape)],
      ]),
    comparedRuns: 1,
    tolerance: { f32: 1e-5, bf16: 3e-2 },
  } satisfies Partial<BenchRow>;
  const what = `two causal 3×3×3 convolutions and a residual, [b t h w c] = [${shape.join(' ')}]`;
  return [
    {
      ...common,
      name: 'causal-conv',
      what,
      build: (inputs, options) => {
        const all = NAMES.map((name) => inputNamed(inputs, name));
        return functionProgram((...all) => ({ y: residualBlock(...all) }), all, options);
      },
    },
    {
      ...common,
      name: 'causal-conv-backward',
      what: `${what}, forward and backward`,
      build: (inputs, options) => {
        const all = NAMES.map((name) => inputNamed(inputs, name));
        return gradientProgram(residualBlock, all, inputNamed(inputs, 'dy'), options);
      },
    },
  ];
}

/** `x + conv(silu(norm(conv(silu(norm(x))))))`; x `[b t h w c]`, weights in the order of `NAMES`. */
function residualBlock(...tensors: tf.Tensor[]): tf.Tensor {
  const [x, gain1, kernel1, bias1, gain2, kernel2, bias2] = tensors as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const inner = causalConv3d(silu(rmsNorm(x, gain1, EPS)), kernel1, bias1);
  return tf.add(x, causalConv3d(silu(rmsNorm(inner, gain2, EPS)), kernel2, bias2));
}
