import { ditSampler } from '@borealis/dit-sampler';
import { stTransformer } from '@borealis/st-transformer';
import { videoVae } from '@borealis/video-vae';
import { expect, test } from 'vitest';
import { compressionSteps } from './compression-steps.ts';
import { samplingSteps } from './sampling-steps.ts';
import { readBy } from './step.ts';

// A step is known by its name, and both tracks may work in one folder.
test('steps of one name are one step', () => {
  const byName = new Map<string, string>();
  for (const step of [...compressionSteps, ...samplingSteps]) {
    const text = JSON.stringify(step);
    expect(byName.get(step.name) ?? text).toBe(text);
    byName.set(step.name, text);
  }
});

/** A path in the work's folder. */
const FOLDER = /^(runs|models|tokens|half|base|post|val|all|pairs)\//;

test.each([
  ['compression', compressionSteps],
  ['sampling', samplingSteps],
])('%s: what a step reads has been made before', (_, steps) => {
  for (const [i, step] of steps.entries()) {
    const read = readBy(step, steps.slice(0, i));
    for (const path of step.args.filter((arg) => FOLDER.test(arg) && arg !== step.makes)) {
      const made = read.some(({ makes = '' }) => path === makes || path.startsWith(`${makes}/`));
      expect(made, `${step.name} reads ${path}`).toBe(true);
    }
  }
});

const models = { 'video-vae': videoVae, 'dit-sampler': ditSampler, 'st-transformer': stTransformer };

// Found now, not after the hours that the steps before a training take.
test.each(
  [...compressionSteps, ...samplingSteps]
    .filter(({ args }) => args[0] === 'train')
    .map(({ name, args }) => [name, args] as const),
)('%s: the configuration is one of its model', (_, args) => {
  const { presets, configSchema } = models[args[1] as keyof typeof models];
  const changes = JSON.parse(args[args.indexOf('--model-config') + 1] ?? '') as object;
  expect(configSchema.safeParse({ ...presets['small'], ...changes }).error?.issues).toBeUndefined();
});
