import { parseArgs } from 'node:util';
import { createProgressLog } from '@borealis/training';
import { describeResult } from './describe-result.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { train } from './train.ts';

const USAGE =
  'usage: main MODEL --data DIR --run RUN [--resume] [--preset small] [--steps N] [--seed N] [--val DIR] [--vae DIR] [--from DIR] [--peers HOST:PORT,… --task N] [--json]';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    run: { type: 'string' },
    val: { type: 'string' },
    vae: { type: 'string' },
    from: { type: 'string' },
    preset: { type: 'string' },
    steps: { type: 'string' },
    seed: { type: 'string' },
    peers: { type: 'string' },
    task: { type: 'string' },
    resume: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [model] = positionals;
const { data, run, val, vae, from, preset, steps, seed, peers, task, resume, json } = values;
if (model === undefined || data === undefined || run === undefined) {
  console.error(USAGE);
  process.exit(2);
}

const { signal, restore } = stopOnSignals((name) => {
  console.error(`\n${name}: finishing the step and saving; once more ends at once`);
});
try {
  const result = await train({
    ...{ model, data, run, signal, resume: resume ? 'must' : 'never' },
    ...(preset === undefined ? {} : { preset }),
    ...(steps === undefined ? {} : { training: { steps: Number(steps) } }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(val === undefined ? {} : { validation: { data: val } }),
    ...(vae === undefined ? {} : { vae }),
    ...(from === undefined ? {} : { from }),
    ...(peers === undefined ? {} : { cluster: { peers: peers.split(','), task: Number(task) } }),
    ...(json ? {} : { log: createProgressLog() }),
  });
  console.log(json ? JSON.stringify(result) : describeResult(result));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  restore();
}
