import { openDataset } from './open-dataset.ts';
import type { Dataset } from './dataset.ts';
import { TOKEN_CODE_COUNT } from './facts.ts';
import { problemFrom } from './problem.ts';
import type { Problem } from './problem.ts';
import { STATE_COUNT, STATE_NAMES } from './state-names.ts';
import { stateChunks } from './state-statistics.ts';
import { surveyDataset } from './survey-dataset.ts';
import { tokenChunks } from './token-chunks.ts';
import { findBadCode, findNonFinite } from './value-checks.ts';

export interface ValidateOptions {
  /** Decode every frame too: finds damage inside a video, and takes as long as playing all of it fast. */
  readonly decodeVideo?: boolean;
}

/**
 * Everything that is wrong with a dataset: files missing, sizes and frame counts that don't fit, segment indices that go
 * back, states that aren't finite, codes out of range, and on request frames that can't be decoded. An empty list means
 * that nothing was found. Values are looked at only where nothing is fatal.
 */
export async function validateDataset(dir: string, options: ValidateOptions = {}): Promise<Problem[]> {
  const { problems } = await surveyDataset(dir);
  if (problems.some(({ severity }) => severity === 'fatal')) return problems;
  const dataset = await openDataset(dir);
  try {
    problems.push(...(await checkAllStates(dataset)));
    if (dataset.form === 'tokenized') problems.push(...(await checkAllTokens(dataset)));
    if (dataset.form === 'raw' && options.decodeVideo === true) problems.push(...(await decodeAll(dataset)));
  } finally {
    await dataset.close();
  }
  return problems;
}

/** One problem per shard: the first bad value, and how many there are. */
async function checkAllStates(dataset: Dataset): Promise<Problem[]> {
  const found = new Map<number, { value: number; place: number; count: number }>();
  for await (const { shard, start, states } of stateChunks(dataset)) {
    const place = findNonFinite(states);
    if (place === -1) continue;
    const entry = found.get(shard) ?? {
      value: states[place] ?? NaN,
      place: start * STATE_COUNT + place,
      count: 0,
    };
    entry.count += states.filter((value) => !Number.isFinite(value)).length;
    found.set(shard, entry);
  }
  return [...found].map(([shard, { value, place, count }]) => {
    const file = dataset.shards[shard]?.files.states;
    const frame = Math.floor(place / STATE_COUNT);
    return {
      severity: 'error',
      code: 'state-values',
      message: `${file}: ${count} states are not finite; the first is ${STATE_NAMES[place % STATE_COUNT]} = ${value} of frame ${frame} (byte ${place * 4}).`,
      file,
      byte: place * 4,
      frame,
      shard,
    };
  });
}

async function checkAllTokens(dataset: Dataset): Promise<Problem[]> {
  const problems: Problem[] = [];
  const codesPerTriple = (dataset.tokenShape ?? []).reduce((product, side) => product * side, 1);
  for (const shard of dataset.shards) {
    let first: { byte: number; code: number } | undefined;
    let count = 0;
    for await (const { byte, codes } of tokenChunks(shard, codesPerTriple)) {
      const bad = findBadCode(codes);
      if (bad === -1) continue;
      first ??= { byte: byte + bad * 4, code: codes[bad] ?? 0 };
      count += codes.filter((code) => code < 0 || code >= TOKEN_CODE_COUNT).length;
    }
    if (first === undefined) continue;
    const file = shard.files.video;
    problems.push({
      severity: 'error',
      code: 'token-range',
      message: `${file}: ${count} codes are outside [0, ${TOKEN_CODE_COUNT}); the first is ${first.code} at byte ${first.byte}.`,
      file,
      byte: first.byte,
      shard: shard.index,
    });
  }
  return problems;
}

/** One problem per shard: the first frames that can't be decoded. */
async function decodeAll(dataset: Dataset): Promise<Problem[]> {
  const problems: Problem[] = [];
  const step = 32;
  for (const { index, frameCount } of dataset.shards) {
    try {
      for (let start = 0; start < frameCount; start += step) {
        await dataset.readFrames(index, start, Math.min(step, frameCount - start));
      }
    } catch (error) {
      problems.push(problemFrom(error, 'error', index));
    }
  }
  return problems;
}
