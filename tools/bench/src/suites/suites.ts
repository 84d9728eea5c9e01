import { BenchError } from '../bench-error.ts';
import type { BenchRow, Suite } from './suite.ts';
import { attentionMemorySuite } from './attention-memory/attention-memory-suite.ts';
import { ditSamplerSuite } from './dit-sampler/dit-sampler-suite.ts';
import { fullWidthSuite } from './full-width/full-width-suite.ts';
import { stTransformerSuite } from './st-transformer/st-transformer-suite.ts';
import { tensorSuite } from './tensor/tensor-suite.ts';
import { videoVaeSuite } from './video-vae/video-vae-suite.ts';

const SUITES: readonly Suite[] = [
  tensorSuite,
  attentionMemorySuite,
  stTransformerSuite,
  videoVaeSuite,
  ditSamplerSuite,
  fullWidthSuite,
];

/** @throws BenchError `unknown-suite` */
export function suiteNamed(name: string): Suite {
  const suite = SUITES.find((suite) => suite.name === name);
  if (suite !== undefined) return suite;
  const names = SUITES.map(({ name }) => name).join(', ');
  throw new BenchError('unknown-suite', `there is no benchmark named ${name}; there are: ${names}`);
}

/** @throws BenchError `unknown-row` */
export function rowNamed(suite: Suite, name: string): BenchRow {
  const row = suite.rows.find((row) => row.name === name);
  if (row !== undefined) return row;
  throw new BenchError('unknown-row', `the benchmark ${suite.name} has no row named ${name}`);
}
