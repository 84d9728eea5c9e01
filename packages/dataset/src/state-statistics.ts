import { createChannelAccumulator } from './channel-statistics.ts';
import type { ChannelStatistics } from './channel-statistics.ts';
import type { Dataset } from './dataset.ts';
import { STATE_COUNT, STATE_NAMES } from './state-names.ts';
import type { StateName } from './state-names.ts';

/** One of the 25 states over a split. */
export interface StateStatistics extends ChannelStatistics {
  readonly name: StateName;
}

/** Rows read at a time: 1.6 MB. */
const CHUNK = 16_384;

/**
 * Minimum, maximum, mean and deviation of each state over a whole split, in column order, in float64; what models
 * normalise states with. A channel that never changes has std 0.
 */
export async function stateStatistics(dataset: Dataset): Promise<StateStatistics[]> {
  const accumulator = createChannelAccumulator(STATE_COUNT);
  for await (const { states } of stateChunks(dataset)) accumulator.add(states);
  const channels = accumulator.result();
  return STATE_NAMES.flatMap((name, i) => {
    const channel = channels[i];
    return channel === undefined ? [] : [{ name, ...channel }];
  });
}

/** All states of a dataset in pieces, in order. */
export async function* stateChunks(
  dataset: Dataset,
): AsyncGenerator<{ shard: number; start: number; states: Float32Array }, void, void> {
  for (const { index, stateCount } of dataset.shards) {
    for (let start = 0; start < stateCount; start += CHUNK) {
      yield {
        shard: index,
        start,
        states: await dataset.readStates(index, start, Math.min(CHUNK, stateCount - start)),
      };
    }
  }
}
