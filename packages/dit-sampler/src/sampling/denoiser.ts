import { compile, tf } from '@borealis/tensor';
import type { DitSamplerConfig } from '../config.ts';
import { generatedVelocity } from '../flow/generated-velocity.ts';
import type { DitParameters } from '../parameters.ts';
import { embedStates } from '../states/embed-states.ts';
import { embedText } from '../transformer/forward.ts';

/** What a window's samples are told, embedded once for all of them and for all steps. */
export type Conditioning = {
  /** `[1 l c]` */
  readonly text: tf.Tensor;
  /** `[1 t c]` */
  readonly states?: tf.Tensor;
};

export type DenoiserInputs = {
  /** `[1 k h w c]`; absent where no frame is given */
  readonly given?: tf.Tensor;
  /** `[b t−k h w c]` */
  readonly noisy: tf.Tensor;
  /** `[1]` */
  readonly timestep: tf.Tensor;
  readonly conditioning: Conditioning;
};

/** What guidance leads away from, and how far. */
export type Guidance = {
  readonly away: Conditioning;
  /** Scalar; 1 leads nowhere. */
  readonly scale: tf.Tensor;
};

/** One set of parameters and the functions compiled for them; results are the caller's to dispose. */
export interface Denoiser {
  /** Text `[1 l text]` and states `[1 frames channels]`, normalised; without states, the model is told none. */
  embed(inputs: { readonly text: tf.Tensor; readonly states?: tf.Tensor }): Conditioning;
  /** `[b t−k h w c]`; with guidance two passes: `away + scale · (conditioned − away)` (Ho and Salimans 2022). */
  velocity(inputs: DenoiserInputs, guidance?: Guidance): tf.Tensor;
  dispose(): void;
}

type EmbedInputs = { readonly p: DitParameters; readonly text: tf.Tensor; readonly states?: tf.Tensor };
type VelocityInputs = { readonly p: DitParameters; readonly inputs: DenoiserInputs };
type GuidedInputs = VelocityInputs & { readonly guidance: Guidance };

export function createDenoiser(
  config: DitSamplerConfig,
  p: DitParameters,
  { precision = 'f32' }: { readonly precision?: 'f32' | 'bf16' } = {},
): Denoiser {
  const embed = compile((inputs: EmbedInputs) => embedAll(config, inputs), {
    name: 'dit_conditioning',
    precision,
  });
  const one = (p: DitParameters, { conditioning, timestep, ...frames }: DenoiserInputs) =>
    generatedVelocity(config, { parameters: p, ...frames, ...conditioning, timesteps: timestep });
  const plain = compile(({ p, inputs }: VelocityInputs) => one(p, inputs), {
    name: 'dit_velocity',
    precision,
  });
  const guided = compile(
    ({ p, inputs, guidance }: GuidedInputs) => {
      const away = one(p, { ...inputs, conditioning: guidance.away });
      return tf.add(away, tf.mul(guidance.scale, tf.sub(one(p, inputs), away)));
    },
    { name: 'dit_guided_velocity', precision },
  );
  return {
    embed: (inputs) => embed({ p, ...inputs }),
    velocity: (inputs, guidance) =>
      guidance === undefined ? plain({ p, inputs }) : guided({ p, inputs, guidance }),
    dispose: () => {
      for (const compiled of [embed, plain, guided]) compiled.dispose();
    },
  };
}

function embedAll(config: DitSamplerConfig, { p, text, states }: EmbedInputs): Conditioning {
  const embedded = { text: embedText(text, p) };
  if (states === undefined || p.state_conditioner === undefined) return embedded;
  return { ...embedded, states: embedStates(config, states, p.state_conditioner) };
}
