import { ditSampler } from '@borealis/dit-sampler';
import { stTransformer } from '@borealis/st-transformer';
import { videoVae } from '@borealis/video-vae';
import { expect, test } from 'vitest';
import { compressionSteps } from './compression-steps.ts';
import { samplingSteps } from './sampling-steps.ts';

// A step is known by its name, and both tracks may work in one folder.
test('steps of one name are one step', () => {
  const byName = new Map<string, string>();
  for (const step of [...compressionSteps, ...samplingSteps]) {
    const text = JSON.stringify(step);
    expect(byName.get(step.name) ?? text).toBe(text);
    byName.set(step.name, text);
  }
});

test.each([
  ['compression', compressionSteps],
  ['sampling', samplingSteps],
])('%s: what a step reads has been made before', (_, steps) => {
  const made = new Set<string>();
  for (const { args, run, name } of steps) {
    for (const [i, arg] of args.entries()) {
      const reads =
        /^(runs|models|tokens|base|post|val|all|pairs)\//.test(arg) &&
        !/^--(out|run)$/.test(args[i - 1] ?? '');
      if (reads && !arg.startsWith('val/')) expect([...made], `${name} reads ${arg}`).toContain(arg);
    }
    const out = args[args.indexOf('--out') + 1];
    if (args.includes('--out') && out !== undefined) made.add(out).add(`${out}/tokenizer.safetensors`);
    if (run !== undefined) made.add(run);
    if (name.startsWith('data-')) {
      const folder = args[3] ?? '';
      for (const part of ['train', 'val', 'a', 'b']) made.add(`${folder}/${part}`);
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
