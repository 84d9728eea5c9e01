import type { Step } from './step.ts';

type Settings = Readonly<Record<string, unknown>>;

export function borealis(
  name: string,
  args: readonly string[],
  more: Omit<Step, 'name' | 'program' | 'args'> = {},
): Step {
  return { name, program: 'borealis', args, ...more };
}

/** Recordings of the simulated robot: `more` of a split, or `pairs` of ways to act. */
export function simulate(name: string, command: 'more' | 'pairs', args: readonly string[]): Step {
  const script = ['tools/eve-sim/make_sample.py', command, 'eve-sim', name];
  return { name: `data-${name}`, program: 'python', args: [...script, ...args, '--jobs', '2'], makes: name };
}

/** Whoever is evaluated is so on these recordings: half of them in rooms that no training shows. */
export const validationData = simulate('val', 'more', [
  ...['--split', 'val', '--rooms', '0,10,1,11,2,12,3,13,4,14,5,15', '--first', '10', '--count', '36'],
]);
export const ROOMS = ['--groups', 'val/episodes.json', '--known-rooms', '0-7'];

export interface TrainOptions {
  /** Of its run and its step. */
  readonly name: string;
  readonly model: 'st-transformer' | 'video-vae' | 'dit-sampler';
  readonly args: readonly string[];
  readonly config: Settings;
  readonly training: Settings;
}

export function train({ name, model, args, config, training }: TrainOptions): Step {
  const makes = `runs/${name}`;
  const settings = ['--model-config', JSON.stringify(config), '--training', JSON.stringify(training)];
  const all = ['train', model, ...args, '--run', makes, ...settings];
  return borealis(`train-${name}`, all, { makes, resumes: true });
}

export function exportModel(run: string, out: string): Step {
  const args = ['model', 'export', '--run', `runs/${run}`, '--out', out, '--storage', 'bf16'];
  return borealis(`export-${run}`, args, { makes: out });
}
