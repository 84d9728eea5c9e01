import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@borealis/safetensors';
import { createRandom } from '@borealis/tensor';
import { afterAll, expect, test } from 'vitest';
import { ourWay } from '../../contest/our-way.ts';
import { startContestant } from '../../contest/start-contestant.ts';
import { rowNamed } from '../suites.ts';
import { attentionMemorySuite } from './attention-memory-suite.ts';

const folder = await mkdtemp(join(tmpdir(), 'borealis-attention-memory-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bytes that forward and backward pass need at most, inputs and results included; null where the system doesn't tell. */
async function peakOf(name: string): Promise<number | null> {
  const row = rowNamed(attentionMemorySuite, name);
  const inputs = join(folder, `${name}.safetensors`);
  await writeSafetensors(inputs, row.inputs(createRandom(1)));
  const way = ourWay(2);
  const args = ['--conditions=@borealis/source', '--import', 'tsx', ...way.launch.args.slice(-2)];
  const contestant = startContestant({ ...way, launch: { ...way.launch, args } });
  try {
    const opened = await contestant.open({
      suite: attentionMemorySuite.name,
      row: name,
      precision: 'f32',
      threads: 2,
      settings: row.settings,
      comparedRuns: 1,
      inputs,
      outputs: join(folder, `${name}-outputs.safetensors`),
    });
    if (!(await contestant.resetPeak())) return null;
    await contestant.time(1, 0);
    const peak = await contestant.peakBytes();
    return peak === null || opened.residentBytes === null ? null : peak - opened.residentBytes;
  } finally {
    await contestant.close();
  }
}

test.skipIf(process.platform !== 'linux')(
  'twice the tokens need twice the memory, not four times',
  async () => {
    const small = await peakOf('attention-backward-2k');
    const large = await peakOf('attention-backward-4k');
    if (small === null || large === null) throw new Error('the system does not tell the peak');
    expect(large / small).toBeLessThan(2.5);
    const scores = 8 * 4096 ** 2 * 4;
    expect(large).toBeLessThan(scores / 2);
  },
);
