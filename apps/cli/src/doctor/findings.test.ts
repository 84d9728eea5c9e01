import type { BackendInfo, EngineInstall } from '@borealis/tensor';
import { expect, test } from 'vitest';
import { findingsOf } from './findings.ts';

const installed: EngineInstall = {
  addonPath: '/cache/engine/tfjs_binding.node',
  tensorflowVersion: '2.21.0',
  flavour: 'cpu',
  source: 'pypi',
  hasExtension: true,
  libraryDirectory: '/cache/library',
  directory: '/cache/engine',
};
const backend: BackendInfo = {
  backend: 'tensorflow',
  tensorflowVersion: '2.21.0',
  compiles: true,
  trains: true,
  device: 'cpu',
  kernels: 'avx2',
  engine: installed,
};
const good = {
  node: '22.23.3',
  engine: { installed, gpu: false, verification: 'intact', intact: true, backend, notices: [] },
  programs: { python: '3', pip: '23', compiler: 'c++', java: '17', maven: '3' },
  prerequisites: undefined,
};
const severities = (examined: Parameters<typeof findingsOf>[0]) =>
  findingsOf(examined).map(({ severity, message }) => `${severity}: ${message}`);

test('nothing is found where nothing is missing', () => {
  expect(findingsOf(good)).toEqual([]);
});

test('set-up’s own needs matter only where the engine is missing', () => {
  const prerequisites = 'Missing: pip (python3 -m pip). Install: apt-get install -y python3-pip';
  expect(findingsOf({ ...good, prerequisites })).toEqual([]);
  const engine = { ...good.engine, installed: undefined, backend: undefined };
  expect(severities({ ...good, prerequisites, engine })).toEqual([
    expect.stringMatching(/^needed: .*setup/),
    expect.stringMatching(/^needed: .*apt-get install -y python3-pip/),
  ]);
});

test('a GPU build without a device says so', () => {
  const engine = { ...good.engine, installed: { ...installed, flavour: 'cuda' as const } };
  expect(severities({ ...good, engine })).toEqual([expect.stringMatching(/^advice: GPU build, no device/)]);
});

test('a GPU that the CPU build leaves idle', () => {
  expect(severities({ ...good, engine: { ...good.engine, gpu: true } })).toEqual([
    expect.stringMatching(/^advice: .*--flavour cuda/),
  ]);
});

test('a changed file, an engine that does not start, an addon without the extension', () => {
  const damaged = { ...good.engine, intact: false, verification: 'Changed since they were installed: x' };
  expect(severities({ ...good, engine: damaged })).toEqual(['needed: Changed since they were installed: x']);
  const dead = { ...good.engine, backend: undefined, notices: ['libx.so is missing'] };
  expect(severities({ ...good, engine: dead })).toEqual([
    expect.stringMatching(/^needed: .*libx\.so is missing/),
  ]);
  const plain = { ...good.engine, installed: { ...installed, hasExtension: false } };
  expect(severities({ ...good, engine: plain })).toEqual([expect.stringMatching(/^advice: .*op by op/)]);
});

test.each(['20.19.0', '22.11.0', '23.1.0', '26.0.0'])('Node %s is not supported', (node) => {
  expect(severities({ ...good, node })).toEqual([expect.stringMatching(/^needed: Node/)]);
});
