import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, tinyTraining } from '../tiny-model.test.fixture.ts';
import type { RunConfig } from './run-config.ts';
import { openRunDirectory, readRunDirectory } from './run-directory.ts';
import { collectVersions } from './versions.ts';

const config: RunConfig = {
  model: 'tiny',
  modelConfig: { inputs: 3, states: 'on' },
  training: tinyTraining(),
  seed: 17,
  data: { dir: '/data/train', fingerprint: 'abc' },
  latents: null,
  from: null,
  validation: { dir: '/data/val', fingerprint: 'def', windows: 8, autoregressive: 2, sampling: null },
};
const versions = { node: '22.0.0', platform: 'linux-x64', packages: {} };

test('a new run holds its configuration and versions', async () => {
  const folder = join(await temporaryFolder(), 'runs', 'a');
  const run = await openRunDirectory(folder, { config, versions });
  expect((await readdir(folder)).sort()).toEqual(['config.json', 'versions.json']);
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toEqual(config);
  expect(JSON.parse(await readFile(join(folder, 'versions.json'), 'utf8'))).toEqual([versions]);
  expect(run).toMatchObject({ path: folder, config, metrics: join(folder, 'metrics.jsonl') });
  expect(await readRunDirectory(folder)).toEqual(run);
});

test('a run is gone on with when that is asked for, from moved data too', async () => {
  const folder = await temporaryFolder();
  await openRunDirectory(folder, { config, versions, resume: 'may' });
  await expect(openRunDirectory(folder, { config, versions })).rejects.toMatchObject({ code: 'RUN_EXISTS' });
  const moved = { ...config, data: { ...config.data, dir: '/elsewhere' } };
  await openRunDirectory(folder, { config: moved, versions, resume: 'must' });
  const newer = { ...versions, node: '24.0.0' };
  await openRunDirectory(folder, { config, versions: newer, resume: 'may' });
  expect(JSON.parse(await readFile(join(folder, 'versions.json'), 'utf8'))).toEqual([versions, newer]);
});

test('another configuration is refused, with the keys that differ', async () => {
  const folder = await temporaryFolder();
  await openRunDirectory(folder, { config, versions });
  const other: RunConfig = {
    ...config,
    modelConfig: { inputs: 4, states: 'on', more: 1 },
    training: tinyTraining({ schedule: { kind: 'constant', rate: 1 } }),
    data: { dir: '/data/train', fingerprint: 'xyz' },
    validation: null,
  };
  await expect(openRunDirectory(folder, { config: other, versions, resume: 'may' })).rejects.toMatchObject({
    code: 'RUN_MISMATCH',
    message: expect.stringContaining(
      'data.fingerprint, modelConfig.inputs, modelConfig.more, training.schedule.floor, training.schedule.kind, ' +
        'training.schedule.peak, training.schedule.rate, training.schedule.warmup, validation.',
    ),
  });
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toEqual(config);
});

test.each([
  ['{"model": "ti', /config\.json is not what a run writes: SyntaxError/],
  ['{"model": "tiny", "surprise": 1}', /Unrecognized key.*surprise/s],
])('a damaged configuration: %s', async (text, message) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), text);
  const expected = { code: 'RUN_DAMAGED', message: expect.stringMatching(message) };
  await expect(openRunDirectory(folder, { config, versions, resume: 'may' })).rejects.toMatchObject(expected);
  await expect(readRunDirectory(folder)).rejects.toMatchObject(expected);
});

test('a run that is not there', async () => {
  const folder = await temporaryFolder();
  const expected = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('holds no run') };
  await expect(openRunDirectory(folder, { config, versions, resume: 'must' })).rejects.toMatchObject(
    expected,
  );
  await expect(readRunDirectory(folder)).rejects.toMatchObject(expected);
});

test('versions of Node, packages, and the commit of a checkout', async () => {
  const found = await collectVersions({
    from: import.meta.url,
    packages: ['@borealis/tensor', 'no-such-package'],
    tensorflow: '2.21.0',
  });
  expect(found).toMatchObject({ node: process.versions.node, tensorflow: '2.21.0' });
  expect(found.packages).toEqual({ '@borealis/tensor': expect.stringMatching(/^\d+\.\d+\.\d+/) });
  expect(found.commit ?? 'f'.repeat(40)).toMatch(/^[0-9a-f]{40}$/);
  const outside = await collectVersions({ from: new URL('file:///index.js').href, packages: [] });
  expect(outside).not.toHaveProperty('commit');
});
