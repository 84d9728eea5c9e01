import { compile, tf } from '@borealis/tensor';
import type { AdamWConfig, NamedTensors, Schedule } from '@borealis/training';
import {
  clipGradients,
  constantSchedule,
  createTrainStep,
  disposeNamed,
  initialState,
  nameParameters,
  warmupLinearSchedule,
} from '@borealis/training';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf } from './golden.ts';
import { produce, tensorsUnder } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

const scheduleSchema = z.object({ warmup: z.int(), total: z.int(), every: z.int().positive().default(1) });
const configSchema = z.object({
  lr: z.number(),
  betas: z.record(z.string(), z.tuple([z.number(), z.number()])),
  eps: z.number(),
  weight_decay: z.number(),
  clip: z.number(),
  steps: z.int(),
  schedule: scheduleSchema,
  long_schedule: scheduleSchema,
});
type OptimConfig = z.infer<typeof configSchema>;

/** `optim`: the compiled training step, gradient clipping and the schedules of @borealis/training. */
export function* verifyOptim(golden: Golden, options: VerifierOptions): Iterable<Produced> {
  const config = configOf(golden, configSchema);
  const warmup = warmupLinearSchedule({ peak: config.lr, ...config.schedule });
  for (const [name, betas] of Object.entries(config.betas)) {
    const schedule = constantSchedule(config.lr);
    yield* train(`outputs.adamw.${name}`, { golden, config, betas, schedule, clip: Infinity, ...options });
  }
  const [betas] = Object.values(config.betas);
  if (betas !== undefined)
    yield* train('outputs.combined', {
      golden,
      config,
      betas,
      schedule: warmup,
      clip: config.clip,
      ...options,
    });
  yield* rates('outputs.schedule', config.lr, config.schedule);
  yield* rates('outputs.long_schedule', config.lr, config.long_schedule);
  yield* clips(golden, config, options);
}

interface TrainOptions extends VerifierOptions {
  readonly golden: Golden;
  readonly config: OptimConfig;
  readonly betas: readonly [number, number];
  readonly schedule: Schedule;
  readonly clip: number;
}

/** Steps with the given gradients: those of the loss `Σ p · g` are exactly g. */
function* train(prefix: string, options: TrainOptions): Iterable<Produced> {
  const { golden, config, betas, schedule, clip, precision } = options;
  const [beta1, beta2] = betas;
  const adamw: AdamWConfig = { beta1, beta2, eps: config.eps, weightDecay: config.weight_decay };
  const step = createTrainStep<NamedTensors>({
    loss: (parameters, gradients) => {
      const products = Object.entries(nameParameters(parameters)).map(([name, parameter]) =>
        tf.sum(tf.mul(parameter, gradients[name] as tf.Tensor)),
      );
      return { loss: tf.addN(products), logs: {} };
    },
    adamw,
    maxGradientNorm: clip,
    precision,
  });

  const gradients = tensorsUnder(golden, 'inputs.grads.'); // [step …]
  let state = initialState(tensorsUnder(golden, 'inputs.start.'), {});
  const trails = Object.entries(state.trainable).map(([name, { shape }]) => ({
    name,
    shape,
    values: [] as number[],
  }));
  const keep = () => {
    for (const { name, values } of trails) values.push(...(state.trainable[name]?.dataSync() ?? []));
  };
  const [learningRates, norms]: [number[], number[]] = [[], []];
  keep();
  for (let i = 0; i < config.steps; i++) {
    const batch = Object.fromEntries(
      Object.entries(gradients).map(([name, all]) => [name, tf.squeeze(tf.slice(all, i, 1), [0])]),
    );
    const rate = schedule(i);
    const result = step(state, batch, rate);
    disposeNamed(batch);
    state = result.state;
    learningRates.push(rate);
    norms.push(result.logs.gradientNorm);
    keep();
  }
  disposeNamed(gradients);
  disposeNamed(state.trainable);
  step.dispose();

  for (const { name, shape, values } of trails)
    yield { name: `${prefix}.params.${name}`, shape: [config.steps + 1, ...shape], values };
  const { first, second } = state.moments;
  for (const [name, moment] of Object.entries(first)) yield produce(`${prefix}.exp_avg.${name}`, moment);
  for (const [name, moment] of Object.entries(second)) yield produce(`${prefix}.exp_avg_sq.${name}`, moment);
  yield { name: `${prefix}.learning_rates`, shape: [config.steps], values: learningRates };
  yield { name: `${prefix}.grad_norms`, shape: [config.steps], values: norms };
}

function* rates(
  prefix: string,
  peak: number,
  { warmup, total, every }: OptimConfig['schedule'],
): Iterable<Produced> {
  const schedule = warmupLinearSchedule({ peak, warmup, total });
  const steps: number[] = [];
  for (let step = 0; step <= total + every; step += every) steps.push(step);
  yield { name: `${prefix}.steps`, shape: [steps.length], values: steps };
  yield { name: `${prefix}.learning_rates`, shape: [steps.length], values: steps.map(schedule) };
}

function* clips(golden: Golden, config: OptimConfig, { precision }: VerifierOptions): Iterable<Produced> {
  const clip = compile((gradients: NamedTensors) => clipGradients(gradients, config.clip), {
    name: 'clip_gradients',
    precision,
  });
  const cases = new Set(golden.names('inputs.clip.').map((name) => name.split('.')[0] ?? name));
  for (const name of cases) {
    const given = tensorsUnder(golden, `inputs.clip.${name}.grads.`);
    const { gradients, norm } = clip(given);
    disposeNamed(given);
    yield produce(`outputs.clip.${name}.norm`, norm);
    for (const [key, gradient] of Object.entries(gradients))
      yield produce(`outputs.clip.${name}.grads.${key}`, gradient);
  }
  clip.dispose();
}
