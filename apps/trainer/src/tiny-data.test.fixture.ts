import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE, STATE_COUNT, writeTokenizedDataset } from '@borealis/dataset';
import { onTestFinished } from 'vitest';
import type { TrainSettings } from './train-settings.ts';

const SIDE = 2;

/** Four segments of 2×2 grids whose codes go up by one from grid to grid. */
async function writeTinyData(dir: string, first: number): Promise<string> {
  const segments = Array.from({ length: 4 }, (_, segment) => {
    const triples = 3;
    const count = triples * GRIDS_PER_TRIPLE;
    const places = SIDE * SIDE;
    const data = Int32Array.from(
      { length: count * places },
      (_, i) => (first + segment + Math.floor(i / places)) % 16,
    );
    const states = Float32Array.from({ length: triples * FRAMES_PER_TRIPLE * STATE_COUNT }, (_, i) =>
      Math.sin(first + segment + i / 7),
    );
    return { tokens: { data, count, height: SIDE, width: SIDE }, states };
  });
  await writeTokenizedDataset(segments, { dir, layout: 'flat', framesPerShard: 1000 });
  return dir;
}

/** Data and settings of a run that takes seconds, in a folder that is removed after the test. */
export async function tinySettings(): Promise<TrainSettings & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-trainer-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    model: 'st-transformer',
    data: await writeTinyData(join(folder, 'train'), 0),
    run: join(folder, 'run'),
    modelConfig: { dim: 8, layers: 1, heads: 2, vocabulary: { kind: 'codes', size: 16 } },
    training: { steps: 6, batchSize: 2, evaluateEvery: 2, checkpointEvery: 100 },
    validation: { data: await writeTinyData(join(folder, 'val'), 5), windows: 3 },
    seed: 3,
  };
}
