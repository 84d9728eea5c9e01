import { setImmediate as turn } from 'node:timers/promises';
import type { TokenGrids, Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import { tokensOf, windowFrames } from '../batch.ts';
import type { StTransformerConfig } from '../config.ts';
import { StTransformerError } from '../errors.ts';
import { gridStates } from '../grid-states.ts';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '../grid-times.ts';
import { nextHidden } from './next-hidden.ts';
import type { Inference } from './predict-grids.ts';
import { greedyRows } from './score-rows.ts';

/**
 * Greedy continuation of a window's given grids by `count` more. What the model sees slides by whole triples, since the
 * grids of a triple differ in kind and positions are absolute. The event loop gets a turn between grids.
 *
 * @throws StTransformerError `WINDOW` where the given grids or all states are missing
 */
export async function rollOut(
  { config, statistics, model }: Inference,
  window: Window,
  count: number,
): Promise<TokenGrids> {
  const { contextGrids, gridHeight: height, gridWidth: width, timeSteps } = config;
  const places = height * width;
  const given = tokensOf(config, window, contextGrids).data;
  const grids: Int32Array[] = Array.from({ length: contextGrids }, (_, i) =>
    given.slice(i * places, (i + 1) * places),
  );
  for (let made = 0; made < count; made++) {
    const triple = Math.max(0, Math.ceil((grids.length - timeSteps) / GRIDS_PER_TRIPLE));
    const seen = grids.slice(triple * GRIDS_PER_TRIPLE);
    const next = tf.tidy(() => {
      const ahead = [{ states: statesFrom(config, window, triple) }];
      const states = gridStates(ahead, { config, statistics, grids: seen.length + 1 });
      return greedyRows(model, nextHidden(config, model, { seen, states }));
    });
    grids.push(next);
    await turn();
  }
  const data = new Int32Array(count * places);
  grids.slice(contextGrids).forEach((codes, i) => {
    data.set(codes, i * places);
  });
  return { data, count, height, width };
}

/** States from a triple on, as many as the model sees; beyond the last given frame the last state is repeated. */
function statesFrom(config: StTransformerConfig, { states }: Window, triple: number): Float32Array {
  const { stateChannels } = config;
  const frames = windowFrames(config);
  const last = Math.floor(states.length / stateChannels) - 1;
  if (last < 0) throw new StTransformerError('WINDOW', 'a roll-out needs states, the window holds none');
  const ahead = new Float32Array(frames * stateChannels);
  for (let i = 0; i < frames; i++) {
    const frame = Math.min(triple * FRAMES_PER_TRIPLE + i, last);
    ahead.set(states.subarray(frame * stateChannels, (frame + 1) * stateChannels), i * stateChannels);
  }
  return ahead;
}
