import { asDitParameters, createDenoiser, createEuler, loadWeights } from '@borealis/dit-sampler';
import { tf } from '@borealis/tensor';
import type { NamedTensors } from '@borealis/training';
import { disposeNamed, nameParameters, nestParameters } from '@borealis/training';
import { heldWeights } from '../../programs/held-weights.ts';
import type { Program } from '../../programs/program.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';
import type { DitSizes } from './dit-setting.ts';
import { DIT_SIZES, ditConfig, ditData, ditSettings, parametersAmong } from './dit-setting.ts';

const INPUTS = ['given', 'noisy', 'text'];
/** The first step of so many. */
const STEPS = 20;

/** One step of a solver: the model's velocity, and Euler's step along it. */
export function samplerStepRow(sizes: DitSizes = DIT_SIZES): BenchRow {
  const config = { ...ditConfig(sizes), lora: null };
  const { latentFrames: t, latentHeight: h, latentWidth: w, latentChannels: c, contextLatents: k } = config;
  const tokens = (t * h * w) / 4;
  const solver = { steps: STEPS, shift: config.shift };
  return {
    name: 'sampler-step',
    what:
      `Wan transformer, ${config.layers} layers of ${config.heads} × ${config.headDim}, ${tokens} tokens, ` +
      `a text of ${config.textLength} embedded once, ${k} of ${t} latent frames given; Euler step`,
    precisions: ['f32', 'bf16'],
    settings: { ...ditSettings(config), steps: STEPS, shift: config.shift },
    inputs: (random) =>
      new Map([
        ['given', normalData(random.fork('given'), [1, k, h, w, c])],
        ['noisy', normalData(random.fork('noisy'), [1, t - k, h, w, c])],
        ['text', normalData(random.fork('text'), [1, config.textLength, config.textDim], { deviation: 0.2 })],
        ...ditData(random, config),
      ]),
    heavy: true,
    comparedRuns: 1,
    tolerance: { f32: 1e-4, bf16: 5e-2 },
    build: (inputs, { precision }): Program => {
      const weights = nameParameters(loadWeights(config, parametersAmong(inputs, INPUTS)));
      const parameters = asDitParameters(config, nestParameters(heldWeights(weights, precision)));
      const denoiser = createDenoiser(config, parameters, { precision });
      const euler = createEuler(solver);
      const [given, noisy] = [inputNamed(inputs, 'given'), inputNamed(inputs, 'noisy')];
      const conditioning = denoiser.embed({ text: inputNamed(inputs, 'text') });
      const timestep = tf.tensor1d([euler.schedule.timesteps[0] ?? NaN]);
      let last: NamedTensors = {};
      return {
        run: () => {
          disposeNamed(last);
          const velocity = denoiser.velocity({ given, noisy, timestep, conditioning });
          last = { y: euler.begin().step(noisy, velocity), velocity };
        },
        outputs: () => last,
      };
    },
  };
}
