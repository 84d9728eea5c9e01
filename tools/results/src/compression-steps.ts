import type { Step } from './step.ts';
import { borealis, exportModel, ROOMS, simulate, train, validationData } from './step-makers.ts';

const TOKENS = ['--data', 'tokens/val', '--train', 'tokens/train'];
const PICTURES = ['--video', 'val/val', '--tokenizer', 'tokens/train/tokenizer.safetensors'];

/** The compression track on simulated data: states on and off with three seeds each, full attention, and the shipped model. */
export const compressionSteps: readonly Step[] = [
  simulate('all', 'more', ['--split', 'train', '--rooms', '0-7', '--first', '40', '--count', '200']),
  validationData,
  tokenize('all/train', 'tokens/train', ['--offsets', '4']),
  tokenize('val/val', 'tokens/val', ['--weights', 'tokens/train/tokenizer.safetensors']),

  ...[1, 2, 3].flatMap((seed) => [
    trainTransformer(`on-${seed}`, { seed, steps: 1600 }),
    trainTransformer(`off-${seed}`, { seed, steps: 1600, config: { states: 'off' } }),
  ]),
  trainTransformer('full-1', { seed: 1, steps: 1600, config: { attention: 'full' } }),
  trainTransformer('tokens', { seed: 1, steps: 7000 }),
  exportModel('tokens', 'models/st-transformer'),

  evaluate('states', 'do the robot’s states help?', [
    ...['--run', 'runs/on-1', 'runs/on-2', 'runs/on-3', '--versus', 'runs/off-1', 'runs/off-2', 'runs/off-3'],
    ...['--shuffle-states', ...PICTURES],
  ]),
  evaluate('shipped', 'the shipped model', [
    '--run',
    'models/st-transformer',
    '--shuffle-states',
    ...PICTURES,
  ]),
  evaluate('attention', 'spatio-temporal and full attention', [
    '--run',
    'runs/on-1',
    '--versus',
    'runs/full-1',
  ]),
];

function tokenize(data: string, makes: string, args: readonly string[]): Step {
  const name = makes.replace('tokens/', 'tokenize-');
  return borealis(name, ['data', 'tokenize', data, ...args, '--out', makes], { makes });
}

function trainTransformer(
  name: string,
  { seed, steps, config = {} }: { readonly seed: number; readonly steps: number; readonly config?: object },
): Step {
  return train({
    ...{ name, model: 'st-transformer', config: { ...config } },
    args: ['--data', 'tokens/train', '--val', 'tokens/val', '--seed', `${seed}`],
    training: {
      ...{ steps, batchSize: 8, precision: 'bf16', checkpointEvery: 200, evaluateEvery: 200 },
      schedule: { kind: 'warmup-cosine', peak: 0.003, warmup: 100, floor: 0.02 },
      adamw: { beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.05 },
    },
  });
}

function evaluate(name: string, title: string, args: readonly string[]): Step {
  const all = ['evaluate', 'compression', ...TOKENS, ...args, ...ROOMS, '--markdown'];
  const document = { file: `compression-${name}.md`, title: `Compression track: ${title}` };
  return borealis(`evaluate-${name}`, all, { document });
}
