import { fileURLToPath } from 'node:url';
import { normalData } from '../suites/normal-data.ts';
import type { BenchRow } from '../suites/suite.ts';
import type { Way } from './contestant.ts';

/** What a fake side does. */
export interface FakeBehaviour {
  readonly factor?: number;
  readonly milliseconds?: number;
  readonly open?: 'crash' | 'error' | 'garbage';
}

export function fakeWay(side: string, name: string, behaviour: FakeBehaviour = {}): Way {
  const main = fileURLToPath(new URL('fake-side.test.fixture.ts', import.meta.url));
  return {
    side,
    name,
    variant: { [name]: true },
    launch: {
      command: process.execPath,
      args: ['--conditions=@borealis/source', '--import', 'tsx', main, JSON.stringify(behaviour)],
      environment: process.env,
    },
  };
}

/** A row of which the fake sides make what they like; ours isn't built. */
export const FAKE_ROW: BenchRow = {
  name: 'fake',
  what: 'y = x',
  precisions: ['f32', 'bf16'],
  settings: {},
  inputs: (random) => new Map([['x', normalData(random, [4, 3])]]),
  build: () => {
    throw new Error('a fake row runs in fake sides only');
  },
  comparedRuns: 1,
  tolerance: { f32: 1e-5, bf16: 1e-2 },
};
