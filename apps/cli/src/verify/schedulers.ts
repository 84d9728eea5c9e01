import type { NoiseSchedule, Solver } from '@borealis/dit-sampler';
import {
  addNoise,
  createEuler,
  createUniPc,
  eulerSchedule,
  uniPcSchedule,
  uniPcWeights,
} from '@borealis/dit-sampler';
import { compile, tf } from '@borealis/tensor';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf, numbersOf } from './golden.ts';
import { produce, toTensor } from './golden-tensors.ts';
import type { Produced } from './verifier.ts';

const configSchema = z.object({
  shift: z.number(),
  steps: z.array(z.int()),
  short_steps: z.int(),
  trajectory_steps: z.int(),
});

/** `schedulers`: levels, the paths of both solvers through the file's toy model, and noised samples. */
export function* verifySchedulers(golden: Golden): Iterable<Produced> {
  const { shift, steps, short_steps: short, trajectory_steps: long } = configOf(golden, configSchema);
  const schedules = {
    euler: (count: number) => eulerSchedule({ steps: count, shift }),
    euler_unshifted: (count: number) => eulerSchedule({ steps: count, shift: 1 }),
    unipc: (count: number) => uniPcSchedule({ steps: count, shift }),
  };
  for (const [name, scheduleOf] of Object.entries(schedules)) {
    for (const count of steps) {
      const { sigmas, timesteps } = scheduleOf(count);
      yield { name: `outputs.${name}.sigmas.${count}`, shape: [sigmas.length], values: sigmas };
      yield { name: `outputs.${name}.timesteps.${count}`, shape: [timesteps.length], values: timesteps };
    }
    yield* noised(golden, name, scheduleOf(long));
  }
  for (const count of [short, long]) {
    yield* eulerPath(golden, createEuler({ steps: count, shift }), `outputs.euler.trajectory.${count}`);
    yield* uniPcPath(golden, createUniPc({ steps: count, shift }), `outputs.unipc.trajectory.${count}`);
  }
}

function* noised(golden: Golden, name: string, schedule: NoiseSchedule): Iterable<Produced> {
  const wanted = numbersOf(golden.tensor(`outputs.${name}.add_noise.timesteps`));
  // Which levels the file chose is known by their timesteps, to the last digit that float32 has.
  const nearest = Array.from(wanted, (time) => nearestIndex(schedule.timesteps, time));
  const timesteps = Float32Array.from(nearest, (i) => schedule.timesteps[i] ?? NaN);
  const sigmas = tf.tensor1d(Float32Array.from(nearest, (i) => schedule.sigmas[i] ?? NaN));
  const run = compile(addNoise, { name: 'add_noise' });
  const clean = toTensor(golden.tensor('inputs.add_noise.clean'));
  const noise = toTensor(golden.tensor('inputs.add_noise.noise'));
  yield { name: `outputs.${name}.add_noise.timesteps`, shape: [timesteps.length], values: timesteps };
  yield produce(`outputs.${name}.add_noise.noisy`, run(clean, noise, sigmas));
  run.dispose();
  tf.dispose([clean, noise, sigmas]);
}

function nearestIndex(values: Float32Array, wanted: number): number {
  return values.reduce(
    (best, value, i) => (Math.abs(value - wanted) < Math.abs((values[best] ?? NaN) - wanted) ? i : best),
    0,
  );
}

/** The file's toy model: `v = 0.3 x + 0.1 sin(t / 1000)`. */
function toyVelocity(x: tf.Tensor, time: number): tf.Tensor {
  return tf.tidy(() => tf.add(tf.mul(x, 0.3), 0.1 * Math.sin(time / 1000)));
}

function* eulerPath(golden: Golden, solver: Solver, prefix: string): Iterable<Produced> {
  const path = solver.begin();
  const samples = [toTensor(golden.tensor('inputs.x0'))];
  for (const time of solver.schedule.timesteps) {
    const x = samples.at(-1) as tf.Tensor;
    const v = toyVelocity(x, time);
    samples.push(path.step(x, v));
    v.dispose();
  }
  yield stacked(`${prefix}.samples`, samples);
  solver.dispose();
}

function* uniPcPath(
  golden: Golden,
  solver: ReturnType<typeof createUniPc>,
  prefix: string,
): Iterable<Produced> {
  const path = solver.begin();
  const samples = [toTensor(golden.tensor('inputs.x0'))];
  const clean: tf.Tensor[] = [];
  const corrected: tf.Tensor[] = [];
  for (const time of solver.schedule.timesteps) {
    const x = samples.at(-1) as tf.Tensor;
    const v = toyVelocity(x, time);
    const step = path.trace(x, v);
    clean.push(step.clean);
    corrected.push(step.corrected);
    samples.push(step.next);
    v.dispose();
  }
  const orders = uniPcWeights(solver.schedule.sigmas).map(({ order }) => order);
  yield { name: `${prefix}.orders`, shape: [orders.length], values: orders };
  yield stacked(`${prefix}.samples`, samples);
  yield stacked(`${prefix}.clean_predictions`, clean);
  yield stacked(`${prefix}.corrected`, corrected);
  path.dispose();
  solver.dispose();
}

function stacked(name: string, tensors: tf.Tensor[]): Produced {
  const produced = produce(name, tf.stack(tensors));
  tf.dispose(tensors);
  return produced;
}
