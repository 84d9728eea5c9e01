import { expect, test } from 'vitest';
import { requirementLines } from './download-wheels.ts';
import { TENSORFLOW_VERSION, wheelSet } from './wheels.ts';

const SETS = [
  ['linux-x64', 'cpu'],
  ['linux-arm64', 'cpu'],
  ['linux-x64', 'cuda'],
] as const;

test.each(SETS)('%s %s: each wheel is pinned to a version and a hash', (platform, flavour) => {
  const set = wheelSet(platform, flavour);
  if (set === undefined) throw new Error('no set');
  for (const line of requirementLines(set).trim().split('\n')) {
    expect(line).toMatch(/^[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}$/);
  }
  expect(set.wheels[0]?.requirement).toMatch(new RegExp(`^tensorflow(-cpu)?==${TENSORFLOW_VERSION}$`));
  expect(new Set(set.wheels.map(({ sha256 }) => sha256)).size).toBe(set.wheels.length);
});

test('there is no set for other systems', () => {
  expect(wheelSet('darwin-arm64', 'cpu')).toBeUndefined();
  expect(wheelSet('linux-arm64', 'cuda')).toBeUndefined();
});
