import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TensorData } from '@borealis/safetensors';
import { asBigInt64, asFloat32, asFloat64, readSafetensors } from '@borealis/safetensors';
import { compile, startBackend, tf } from '@borealis/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NamedTensors, Parameters } from '../parameters/parameters.ts';
import { disposeNamed, mapNamed, nameParameters } from '../parameters/parameters.ts';
import { clipGradients } from './clip-gradients.ts';
import type { Schedule } from './schedule.ts';
import { constantSchedule, warmupLinearSchedule } from './schedule.ts';
import { createTrainStep, initialState } from './train-step.ts';

/** Every output of the reference vectors in tests/goldens/optim.safetensors, held to tolerances.json. */
const folder = new URL('../../../../tests/goldens/', import.meta.url);
const rules: { files: { optim: [string, number, number][] } } = JSON.parse(
  readFileSync(new URL('tolerances.json', folder), 'utf8'),
);
interface Timing {
  readonly warmup: number;
  readonly total: number;
}
interface Config {
  readonly betas: Readonly<Record<string, readonly [number, number]>>;
  readonly clip: number;
  readonly eps: number;
  readonly lr: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly steps: number;
  readonly weight_decay: number;
  readonly schedule: Timing;
  readonly long_schedule: Timing;
}
const file = await readSafetensors(fileURLToPath(new URL('optim.safetensors', folder)));
const config: Config = JSON.parse(file.metadata['config'] ?? '{}');
const names = Object.keys(config.shapes);
const checked = new Set<string>();

function stored(name: string): TensorData {
  const found = file.tensors.get(name);
  if (found === undefined) throw new Error(`the goldens have no ${name}`);
  return found;
}

function numbers(name: string): ArrayLike<number> {
  const found = stored(name);
  if (found.dtype === 'I64') return Array.from(asBigInt64(found), Number);
  return found.dtype === 'F64' ? asFloat64(found) : asFloat32(found);
}

function expectClose(name: string, got: ArrayLike<number>): void {
  const full = `outputs.${name}`;
  const want = Array.from(numbers(full));
  const rule = rules.files.optim.find(([pattern]) => new RegExp(pattern).test(full));
  if (rule === undefined) throw new Error(`no tolerance for ${full}`);
  const largest = Math.max(...want.map(Math.abs));
  const worst = Math.max(...want.map((value, i) => Math.abs(value - (got[i] ?? NaN))));
  expect(got.length, full).toBe(want.length);
  expect(worst, full).toBeLessThanOrEqual(rule[1] + rule[2] * largest);
  checked.add(full);
}

const shapeOf = (name: string): number[] => [...(config.shapes[name] ?? [])];
/** Tensors of `prefix.NAME`; of stacked ones row `row`. */
function tensors(prefix: string, row = 0): NamedTensors {
  return Object.fromEntries(
    names.map((name) => {
      const size = shapeOf(name).reduce((a, b) => a * b, 1);
      const values = Float32Array.from(numbers(`${prefix}.${name}`)).subarray(row * size, (row + 1) * size);
      return [name, tf.tensor(values, shapeOf(name))];
    }),
  );
}

/** Its gradient is the batch: so a whole compiled step can be fed with given gradients. */
function linearLoss(parameters: Parameters, batch: NamedTensors) {
  const terms = Object.entries(nameParameters(parameters)).map(([name, parameter]) =>
    tf.sum(tf.mul(parameter, batch[name] as tf.Tensor)),
  );
  return { loss: tf.addN(terms), logs: {} };
}

/** Takes all steps and compares each with the reference's. */
function expectTraining(
  row: string,
  [beta1, beta2]: readonly [number, number],
  schedule: Schedule,
  maxGradientNorm: number,
): void {
  const step = createTrainStep<NamedTensors>({
    loss: linearLoss,
    adamw: { beta1, beta2, eps: config.eps, weightDecay: config.weight_decay },
    maxGradientNorm,
  });
  let state = initialState(tensors('inputs.start'), {});
  const trail = new Map(names.map((name) => [name, [...(state.trainable[name]?.dataSync() ?? [])]]));
  const [norms, rates]: [number[], number[]] = [[], []];
  for (let i = 0; i < config.steps; i++) {
    const batch = tensors('inputs.grads', i);
    const result = step(state, batch, schedule(i));
    disposeNamed(batch);
    state = result.state;
    norms.push(result.logs.gradientNorm);
    rates.push(result.logs.rate);
    for (const name of names) trail.get(name)?.push(...(state.trainable[name]?.dataSync() ?? []));
  }
  for (const name of names) {
    expectClose(`${row}.params.${name}`, trail.get(name) ?? []);
    expectClose(`${row}.exp_avg.${name}`, state.moments.first[name]?.dataSync() ?? []);
    expectClose(`${row}.exp_avg_sq.${name}`, state.moments.second[name]?.dataSync() ?? []);
  }
  expectClose(`${row}.learning_rates`, rates);
  if (file.tensors.has(`outputs.${row}.grad_norms`)) expectClose(`${row}.grad_norms`, norms);
  step.dispose();
}

describe('optim goldens', () => {
  beforeAll(async () => {
    await startBackend();
  });
  afterAll(() => {
    const outputs = [...file.tensors.keys()].filter((name) => name.startsWith('outputs.'));
    expect([...checked].sort()).toEqual(outputs.filter((name) => !name.endsWith('.steps')).sort());
  });

  test.each(Object.keys(config.betas))('AdamW with %s betas', (name) => {
    expectTraining(`adamw.${name}`, config.betas[name] ?? [NaN, NaN], constantSchedule(config.lr), Infinity);
  });

  test('clipping, AdamW and schedule together', () => {
    const schedule = warmupLinearSchedule({ peak: config.lr, ...config.schedule });
    const [betas = [NaN, NaN] as const] = Object.values(config.betas); // the generator takes the first
    expectTraining('combined', betas, schedule, config.clip);
  });

  test.each(['schedule', 'long_schedule'] as const)('%s', (name) => {
    const schedule = warmupLinearSchedule({ peak: config.lr, ...config[name] });
    expectClose(`${name}.learning_rates`, Array.from(numbers(`outputs.${name}.steps`), schedule));
  });

  test.each(['large', 'small'])('clipping of %s gradients', (name) => {
    const clip = compile((gradients: NamedTensors) => clipGradients(gradients, config.clip));
    const { gradients, norm } = clip(tensors(`inputs.clip.${name}.grads`));
    expectClose(`clip.${name}.norm`, norm.dataSync());
    mapNamed(gradients, (gradient, path) => {
      expectClose(`clip.${name}.grads.${path}`, gradient.dataSync());
      return gradient;
    });
    clip.dispose();
  });
});
