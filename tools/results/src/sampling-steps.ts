import type { Step } from './step.ts';
import { borealis, exportModel, ROOMS, simulate, train, validationData } from './step-makers.ts';

/** Sizes for two processor cores; the architecture is Wan's. */
const VAE = { baseDim: 12, decoderBaseDim: 12, dimMult: [1, 2, 4, 4] };
const LORA = { rank: 32, alpha: 32, dropout: 0, layers: 'all' };
const STATES = { channels: 25, form: 'motion', frequencies: 4, dim: 64, dropout: 0.1 };

const cosine = (peak: number) => ({ kind: 'warmup-cosine', peak, warmup: 100, floor: 0.02 });
const common = { maxGradientNorm: 1, precision: 'bf16', checkpointEvery: 200, evaluateEvery: 200 };

/** What can be told from states is decided where noise is strong: training and drawing spend most of their steps there. */
const SHIFT = 8;

const AUTOENCODER = ['--vae', 'models/video-vae'];
const DRAWN = ['--precision', 'bf16', '--together', '5', '--seed', '1', '--markdown'];

/**
 * The sampling track on simulated data: an autoencoder and a transformer without states from one set of recordings (the
 * autoencoder from half of it); adapters and states from another; the same adapters without states; all of them on further
 * recordings.
 */
export const samplingSteps: readonly Step[] = [
  simulate('half', 'more', ['--split', 'train', '--rooms', '0-7', '--first', '40', '--count', '100']),
  simulate('base', 'more', ['--split', 'train', '--rooms', '0-7', '--first', '40', '--count', '200']),
  simulate('post', 'more', ['--split', 'train', '--rooms', '0-7', '--first', '240', '--count', '200']),
  validationData,
  simulate('pairs', 'pairs', ['--rooms', '0-7,10-13', '--first', '1000', '--count', '36']),

  // Short clips are cheap to learn from, but latents that look further back than a clip come out larger than any learned.
  trainVae('vae', [], { config: { ...VAE, clipFrames: 9 }, steps: 4000, batchSize: 8, peak: 2e-3 }),
  exportModel('vae', 'models/video-vae-9'),
  trainVae('vae-33', ['--from', 'models/video-vae-9'], {
    ...{ config: { clipFrames: 33 }, steps: 2000, batchSize: 2, peak: 1e-3 },
  }),
  exportModel('vae-33', 'models/video-vae-33'),
  trainVae('vae-77', ['--from', 'models/video-vae-33'], {
    ...{ config: { clipFrames: 77 }, steps: 1000, batchSize: 1, peak: 5e-4 },
  }),
  exportModel('vae-77', 'models/video-vae'),
  ...['base/train', 'post/train', 'val/val'].map(encode),

  trainSampler('base', ['--data', 'base/train'], { states: null }, { steps: 4000, schedule: cosine(1e-3) }),
  exportModel('base', 'models/base'),
  postTrain('states', STATES),
  postTrain('control', null),
  exportModel('states', 'models/dit-sampler'),

  borealis(
    'evaluate-sampling',
    [
      ...['evaluate', 'sampling', '--data', 'val/val', '--train', 'post/train', ...AUTOENCODER, ...ROOMS],
      ...['--run', 'models/dit-sampler', '--versus', 'runs/control', 'models/base', '--shuffle-states'],
      ...['--samples', '1,2,5,10,20', '--steps', '10,5,20,50,100', '--guidance', '1,1.5,3', '--whole', '1'],
      ...['--stride', '24', '--windows', '72', '--sweep-windows', '36'],
      ...['--report', 'sampling.html', ...DRAWN],
    ],
    { document: { file: 'sampling.md', title: 'Sampling track: frame 77' } },
  ),
  borealis(
    'evaluate-counterfactuals',
    [
      ...['evaluate', 'counterfactuals', '--a', 'pairs/a', '--b', 'pairs/b', ...AUTOENCODER],
      ...['--run', 'models/dit-sampler', 'runs/control', 'models/base', '--samples', '1,5', ...DRAWN],
    ],
    { document: { file: 'counterfactuals.md', title: 'Sampling track: two ways to act' } },
  ),
];

function trainVae(
  name: string,
  from: readonly string[],
  {
    config,
    steps,
    batchSize,
    peak,
  }: { readonly config: object; readonly steps: number; readonly batchSize: number; readonly peak: number },
): Step {
  return train({
    ...{ name, model: 'video-vae', config: { ...config } },
    args: ['--data', 'half/train', ...from, '--val', 'val/val', '--seed', '1'],
    training: {
      ...{ ...common, steps, batchSize, schedule: cosine(peak) },
      adamw: { beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0 },
    },
  });
}

function encode(data: string): Step {
  const args = ['data', 'encode', data, ...AUTOENCODER, '--frames', '77', '--stride', '12'];
  return borealis(`encode-${data.replace('/', '-')}`, args, { adds: data });
}

/** Adapters on the base's linear layers, and robot states or none. */
function postTrain(name: string, states: typeof STATES | null): Step {
  const args = ['--data', 'post/train', '--from', 'models/base'];
  return trainSampler(
    name,
    args,
    { states, lora: LORA },
    { steps: 2000, schedule: { kind: 'constant', rate: 1e-3 } },
  );
}

function trainSampler(name: string, args: readonly string[], config: object, training: object): Step {
  return train({
    ...{ name, model: 'dit-sampler', config: { shift: SHIFT, ...config } },
    args: [...args, '--val', 'val/val', ...AUTOENCODER, '--seed', '1'],
    training: {
      ...{ ...common, batchSize: 16, emaDecay: 0.998, ...training },
      adamw: { beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.01 },
    },
  });
}
