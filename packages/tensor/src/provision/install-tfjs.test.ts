import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeMachine, type FakeMachine } from './fake-layout.test.fixture.ts';
import { findEngineIn } from './find-engine.ts';
import { provisionEngineIn } from './provision-engine.ts';

const TFJS = { source: 'tfjs', flavour: 'cpu' } as const;

let machine: FakeMachine;
beforeEach(async () => {
  machine = await fakeMachine();
  const { bindingPackage } = machine.layout;
  await mkdir(join(bindingPackage, 'scripts'));
  await writeFile(
    join(bindingPackage, 'scripts', 'deps-constants.js'),
    "const LIBTENSORFLOW_VERSION = '2.9.1';",
  );
  const tool = join(bindingPackage, 'node_modules', '@mapbox', 'node-pre-gyp', 'bin');
  await mkdir(tool, { recursive: true });
  await writeFile(join(tool, 'node-pre-gyp'), '');
});
afterEach(() => rm(machine.root, { recursive: true }));

const installer = (code: string): Promise<void> =>
  writeFile(join(machine.layout.bindingPackage, 'scripts', 'install.js'), code);

test('runs the installer in a copy; the engine has no extension and the older version', async () => {
  await installer(`const fs = require('fs'); const addon = 'lib/napi-v' + process.versions.napi;
    fs.mkdirSync(addon, { recursive: true }); fs.writeFileSync(addon + '/tfjs_binding.node', process.argv.slice(2).join());
    fs.mkdirSync('deps/lib', { recursive: true }); fs.writeFileSync('deps/lib/libtensorflow.so.2.9.1', 'tf');`);
  const engine = await provisionEngineIn(machine.layout, TFJS);
  expect(engine).toMatchObject({ source: 'tfjs', hasExtension: false, tensorflowVersion: '2.9.1' });
  expect(await readFile(engine.addonPath, 'utf8')).toBe('cpu,download');
  expect(findEngineIn(machine.layout, {})).toEqual(engine);
});

test('a host out of reach is one clear error', async () => {
  await installer(`require('http').get('http://nothing.invalid/');`);
  await expect(provisionEngineIn(machine.layout, TFJS)).rejects.toMatchObject({
    reason: 'INSTALLER_FAILED',
    message: expect.stringMatching(/own installer failed: .*nothing\.invalid.*PyPI/) as string,
  });
});

test('an installer that ends well without an addon has failed, too', async () => {
  await installer('console.log("done")');
  await expect(provisionEngineIn(machine.layout, TFJS)).rejects.toMatchObject({ reason: 'INSTALLER_FAILED' });
});
