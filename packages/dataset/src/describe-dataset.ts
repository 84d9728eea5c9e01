import type { Dataset } from './dataset.ts';
import { TOKEN_CODE_COUNT } from './facts.ts';
import type { Form, Layout } from './shard-files.ts';
import type { StateName } from './state-names.ts';
import { stateStatistics } from './state-statistics.ts';
import type { StateStatistics } from './state-statistics.ts';
import type { FrameSize } from './survey-shard.ts';
import { tokenChunks } from './token-chunks.ts';

/** What a dataset holds, as plain data. */
export interface DatasetDescription {
  readonly dir: string;
  readonly form: Form;
  readonly layout: Layout;
  readonly hz: number;
  readonly frames: number;
  readonly seconds: number;
  readonly shards: readonly { readonly index: number; readonly frames: number; readonly segments: number }[];
  /** Lengths in frames. */
  readonly segments: {
    readonly count: number;
    readonly min: number;
    readonly median: number;
    readonly max: number;
  };
  readonly frameSize: FrameSize | undefined;
  readonly tokenShape: readonly [number, number, number] | undefined;
  /** Of tokenized data. */
  readonly tokens: TokenDescription | undefined;
  readonly states: readonly StateStatistics[];
  /** States that have one value throughout. */
  readonly constantStates: readonly StateName[];
}

export interface TokenDescription {
  readonly grids: number;
  readonly codes: number;
  /** Of 64,000. */
  readonly distinctCodes: number;
  /** Codes outside [0, 64000). */
  readonly outOfRange: number;
}

/** Looks through a dataset's states and tokens (not its pictures) and sums it up. */
export async function describeDataset(dataset: Dataset): Promise<DatasetDescription> {
  const { dir, form, layout, hz, frameCount, frameSize, tokenShape } = dataset;
  const states = await stateStatistics(dataset);
  const segmentsOf = new Map<number, number>();
  for (const { shard } of dataset.segments) segmentsOf.set(shard, (segmentsOf.get(shard) ?? 0) + 1);
  return {
    dir,
    form,
    layout,
    hz,
    frames: frameCount,
    seconds: frameCount / hz,
    shards: dataset.shards.map(({ index, frameCount: frames }) => ({
      index,
      frames,
      segments: segmentsOf.get(index) ?? 0,
    })),
    segments: summarise(dataset.segments.map(({ frames }) => frames)),
    frameSize,
    tokenShape,
    tokens: form === 'tokenized' ? await describeTokens(dataset) : undefined,
    states,
    constantStates: states.filter(({ min, max }) => min === max).map(({ name }) => name),
  };
}

function summarise(lengths: readonly number[]): DatasetDescription['segments'] {
  const sorted = lengths.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { count: sorted.length, min: sorted[0] ?? 0, median, max: sorted.at(-1) ?? 0 };
}

async function describeTokens(dataset: Dataset): Promise<TokenDescription> {
  const seen = new Uint8Array(TOKEN_CODE_COUNT);
  const [gridsPerTriple, height, width] = dataset.tokenShape ?? [0, 0, 0];
  let codes = 0;
  let outOfRange = 0;
  for (const shard of dataset.shards) {
    for await (const chunk of tokenChunks(shard, gridsPerTriple * height * width)) {
      codes += chunk.codes.length;
      for (const code of chunk.codes) {
        if (code >= 0 && code < TOKEN_CODE_COUNT) seen[code] = 1;
        else outOfRange++;
      }
    }
  }
  const distinctCodes = seen.reduce((sum, flag) => sum + flag, 0);
  return { grids: codes / (height * width), codes, distinctCodes, outOfRange };
}
