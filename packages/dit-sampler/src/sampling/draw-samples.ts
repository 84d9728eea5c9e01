import { setImmediate as turn } from 'node:timers/promises';
import { createRandom, tf } from '@borealis/tensor';
import type { DitSamplerConfig } from '../config.ts';
import { DitSamplerError } from '../errors.ts';
import type { SolverName } from '../solvers/solver.ts';
import { createSolver } from '../solvers/solver.ts';
import type { Conditioning, Denoiser, Guidance } from './denoiser.ts';

export interface DrawOptions {
  /** How many, each from noise of its own. */
  readonly samples: number;
  /** Number of the first: several hosts can draw one ensemble, each its part. Default 0. */
  readonly firstSample?: number;
  readonly seed: number;
  /** What the samples are of: each has noise of its own under one seed. Default: no name. */
  readonly noiseOf?: string;
  readonly steps: number;
  readonly solver: SolverName;
  /** Default: the configuration's. */
  readonly shift?: number;
  /** 1 (default): no guidance. */
  readonly guidanceScale?: number;
  /** Samples computed together. Default 1. */
  readonly together?: number;
  /** Told after each step of each group of samples. */
  readonly onStep?: (progress: {
    readonly step: number;
    readonly steps: number;
    readonly sample: number;
  }) => void;
}

/** What is given, of one window. */
export interface DrawInputs {
  /** `[k h w c]`, k being the configured number; none where k is 0 */
  readonly given?: tf.Tensor;
  /** `[1 l text]` */
  readonly text: tf.Tensor;
  /** `[1 frames channels]`, normalised */
  readonly states?: tf.Tensor;
  /** What guidance leads away from; default: the same text, and no states. */
  readonly away?: { readonly text: tf.Tensor; readonly states?: tf.Tensor };
}

interface Group {
  readonly first: number;
  readonly size: number;
}

/**
 * Samples of the future of one window, one after the other, each with the given frames before it, `[t h w c]`; they share
 * what text and states are embedded as. Sample i starts from noise that seed, `noiseOf` and i alone decide. Given tensors
 * stay the caller's, samples become the caller's. The event loop gets a turn at each step.
 *
 * @throws DitSamplerError `ARGUMENT`
 */
export async function* drawSamples(
  config: DitSamplerConfig,
  denoiser: Denoiser,
  inputs: DrawInputs,
  options: DrawOptions,
): AsyncGenerator<tf.Tensor, void, void> {
  const { samples, firstSample = 0, together = 1, guidanceScale = 1 } = options;
  checkInputs(config, inputs, options);
  const solver = createSolver(options.solver, { steps: options.steps, shift: options.shift ?? config.shift });
  const conditioning = denoiser.embed(told(inputs));
  const away = guidanceScale === 1 ? undefined : denoiser.embed(inputs.away ?? { text: inputs.text });
  const guidance = away && { away, scale: tf.scalar(guidanceScale) };
  try {
    for (let drawn = 0; drawn < samples; drawn += together) {
      const group = { first: firstSample + drawn, size: Math.min(together, samples - drawn) };
      yield* drawGroup(config, { denoiser, solver, inputs, conditioning, guidance, options, group });
    }
  } finally {
    tf.dispose([
      ...Object.values(conditioning),
      ...Object.values(away ?? {}),
      ...(guidance ? [guidance.scale] : []),
    ]);
    solver.dispose();
  }
}

async function* drawGroup(
  config: DitSamplerConfig,
  args: {
    readonly denoiser: Denoiser;
    readonly solver: ReturnType<typeof createSolver>;
    readonly inputs: DrawInputs;
    readonly conditioning: Conditioning;
    readonly guidance: Guidance | undefined;
    readonly options: DrawOptions;
    readonly group: Group;
  },
): AsyncGenerator<tf.Tensor, void, void> {
  const { denoiser, solver, inputs, conditioning, guidance, options, group } = args;
  const given = inputs.given === undefined ? {} : { given: tf.expandDims(inputs.given, 0) };
  let noisy = startingNoise(config, options, group);
  const path = solver.begin();
  try {
    for (const [i, time] of solver.schedule.timesteps.entries()) {
      const timestep = tf.tensor1d([time]);
      const velocity = denoiser.velocity({ ...given, noisy, timestep, conditioning }, guidance);
      const next = path.step(noisy, velocity);
      tf.dispose([timestep, velocity, noisy]);
      noisy = next;
      options.onStep?.({ step: i + 1, steps: options.steps, sample: group.first });
      await turn();
    }
    for (let i = 0; i < group.size; i++) yield sampleAt(noisy, i, inputs.given);
  } finally {
    tf.dispose([noisy, ...Object.values(given)]);
    path.dispose();
  }
}

/** One of a group, `[t h w c]`, behind the frames that it was given. */
function sampleAt(generated: tf.Tensor, i: number, given: tf.Tensor | undefined): tf.Tensor {
  return tf.tidy(() => {
    const own = tf.squeeze(tf.slice(generated, [i, 0, 0, 0, 0], [1, -1, -1, -1, -1]), [0]);
    return given === undefined ? tf.clone(own) : tf.concat([given, own], 0);
  });
}

/** `[size t−k h w c]`: noise of each sample by itself, so that it is the same in whatever group. */
function startingNoise(
  config: DitSamplerConfig,
  { seed, noiseOf }: Pick<DrawOptions, 'seed' | 'noiseOf'>,
  { first, size }: Group,
): tf.Tensor {
  const { latentFrames, contextLatents, latentHeight, latentWidth, latentChannels } = config;
  const shape = [latentFrames - contextLatents, latentHeight, latentWidth, latentChannels];
  const random = noiseOf === undefined ? createRandom(seed) : createRandom(seed).fork(noiseOf);
  return tf.tidy(() =>
    tf.stack(Array.from({ length: size }, (_, i) => random.fork(`sample ${first + i}`).normalTensor(shape))),
  );
}

function told({ text, states }: DrawInputs): { readonly text: tf.Tensor; readonly states?: tf.Tensor } {
  return { text, ...(states === undefined ? {} : { states }) };
}

function checkInputs(config: DitSamplerConfig, { given }: DrawInputs, options: DrawOptions): void {
  const { contextLatents, latentHeight, latentWidth, latentChannels } = config;
  const wanted = [contextLatents, latentHeight, latentWidth, latentChannels];
  const found = given?.shape.join() ?? 'nothing';
  if (found !== (contextLatents === 0 ? 'nothing' : wanted.join())) {
    throw new DitSamplerError('ARGUMENT', `given latents are ${found}, the model needs ${wanted.join()}`);
  }
  const { samples, together = 1, firstSample = 0 } = options;
  for (const [name, value, least] of [
    ['samples', samples, 1],
    ['together', together, 1],
    ['firstSample', firstSample, 0],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least)
      throw new DitSamplerError('ARGUMENT', `${name} must be a whole number from ${least}; it is ${value}`);
  }
  if (!Number.isFinite(options.guidanceScale ?? 1))
    throw new DitSamplerError(
      'ARGUMENT',
      `guidanceScale must be a number; it is ${options.guidanceScale ?? NaN}`,
    );
}
