import { loadWeights, loss } from '@borealis/dit-sampler';
import type { DitSamplerConfig } from '@borealis/dit-sampler';
import type { TensorData } from '@borealis/safetensors';
import { tensorOf } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import type { NamedTensors } from '@borealis/training';
import { isLoraFactor, isLoraName, nameParameters, nestParameters, partition } from '@borealis/training';
import { heldWeights } from '../../programs/held-weights.ts';
import { trainingProgram } from '../../programs/training-program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';
import type { DitSizes } from './dit-setting.ts';
import { adapterData, DIT_SIZES, ditConfig, ditData, ditSettings, parametersAmong } from './dit-setting.ts';

const INPUTS = ['latents', 'noise', 'sigmas', 'text'];
const RATE = 4e-4;
const SIGMA = 0.6;

type Batch = {
  readonly latents: tf.Tensor;
  readonly noise: tf.Tensor;
  readonly sigmas: tf.Tensor;
  readonly text: tf.Tensor;
};

/** A step of post-training: adapters on every linear layer train, the model beneath stays. */
export function loraTrainingRow(sizes: DitSizes = DIT_SIZES): BenchRow {
  const config = ditConfig(sizes);
  const { latentFrames: t, latentHeight: h, latentWidth: w, latentChannels: c, contextLatents: k } = config;
  return {
    name: 'lora-training',
    what:
      `Wan transformer, ${config.layers} layers of ${config.heads} × ${config.headDim}, ${(t * h * w) / 4} tokens: flow ` +
      `matching, adapters of rank ${sizes.rank} on every linear layer (PyTorch: the same by hand), AdamW`,
    precisions: ['f32', 'bf16'],
    settings: { ...ditSettings(config), rank: sizes.rank, rate: RATE, weightDecay: 0 },
    inputs: (random) =>
      new Map([
        ['latents', normalData(random.fork('latents'), [1, t, h, w, c])],
        ['noise', normalData(random.fork('noise'), [1, t - k, h, w, c])],
        ['sigmas', sigmaData()],
        ['text', normalData(random.fork('text'), [1, config.textLength, config.textDim], { deviation: 0.2 })],
        ...ditData(random, config),
        ...adapterData(random, config, sizes.rank),
      ]),
    peerVariants: [
      { name: 'frozen weights in bf16', variant: { frozenBf16: true }, among: { bf16: 'autocast' } },
    ],
    heavy: true,
    comparedRuns: 3,
    tolerance: { f32: 1e-3, bf16: 1e-1 },
    build: (inputs, options) => {
      const { trainable, frozen } = parametersOf(config, inputs);
      const [latents, noise, sigmas, text] = INPUTS.map((name) => inputNamed(inputs, name));
      return trainingProgram({
        ...options,
        loss: (adapters, given: { readonly frozen: NamedTensors; readonly batch: Batch }) => {
          const all = nestParameters({ ...given.frozen, ...nameParameters(adapters) });
          return loss(config, all, given.batch).loss;
        },
        parameters: trainable,
        batch: {
          frozen: heldWeights(frozen, options.precision),
          batch: { latents, noise, sigmas, text } as Batch,
        },
        rate: RATE,
        weightDecay: 0,
      });
    },
  };
}

function sigmaData(): TensorData {
  return tensorOf(Float32Array.of(SIGMA), [1]);
}

/** The adapters' factors, and what stays: the model, and the adapters' scaling of 1. */
function parametersOf(config: DitSamplerConfig, inputs: ReadonlyMap<string, tf.Tensor>) {
  const stored = parametersAmong(inputs, INPUTS);
  for (const name of [...stored.keys()].filter((name) => name.endsWith('.lora_A.weight')))
    stored.set(name.replace(/lora_A\.weight$/, 'lora_scaling'), tf.scalar(1));
  const named = nameParameters(loadWeights(config, stored));
  const { kept: trainable, rest: frozen } = partition(
    named,
    (name) => isLoraName(name) && isLoraFactor(name),
  );
  return { trainable, frozen };
}
