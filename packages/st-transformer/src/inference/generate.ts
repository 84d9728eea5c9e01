import { setImmediate as turn } from 'node:timers/promises';
import type { TokenGrids, Window } from '@borealis/dataset';
import type { CodeChoice } from '@borealis/training';
import { tokensOf, windowFrames } from '../batch.ts';
import type { StTransformerConfig } from '../config.ts';
import { StTransformerError } from '../errors.ts';
import { gridStates } from '../grid-states.ts';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '../grid-times.ts';
import type { CodeChooser } from './code-chooser.ts';
import { codeChooser } from './code-chooser.ts';
import type { GridContinuation } from './grid-continuation.ts';
import { continueGrids } from './grid-continuation.ts';
import type { Inference } from './predict-grids.ts';
import { windowGroups } from './window-groups.ts';

/**
 * Continues the given grids of each window by `count` more. What the model sees slides by whole triples, since the grids
 * of a triple differ in kind and positions are absolute; then keys and values are made anew. The event loop gets a turn
 * between grids.
 *
 * @throws StTransformerError `WINDOW` where the given grids or all states are missing, `OPTION`
 */
export async function generate(
  inference: Inference,
  windows: readonly Window[],
  count: number,
  choice?: CodeChoice,
): Promise<TokenGrids[]> {
  const { config, model } = inference;
  const choose = codeChooser(model, choice);
  const generated: TokenGrids[] = [];
  for (const { group, start } of windowGroups(config, windows)) {
    const chooseHere: CodeChooser = (hidden, grid) => choose(hidden, `window ${start}, ${grid}`);
    const grids = await generateTogether(inference, group, count, chooseHere);
    generated.push(...group.map((_, i) => gridsOf(config, grids, i)));
  }
  return generated;
}

/** @returns the new grids, each `[w s]` */
async function generateTogether(
  inference: Inference,
  windows: readonly Window[],
  count: number,
  choose: CodeChooser,
): Promise<Int32Array[]> {
  const { contextGrids, timeSteps } = inference.config;
  const grids = givenGrids(inference.config, windows);
  let going: { readonly triple: number; readonly continuation: GridContinuation } | undefined;
  try {
    while (grids.length < contextGrids + count) {
      const triple = Math.max(0, Math.ceil((grids.length - timeSteps) / GRIDS_PER_TRIPLE));
      if (going?.triple === triple) {
        going.continuation.see(grids.at(-1) as Int32Array);
      } else {
        going?.continuation.dispose();
        going = undefined;
        going = { triple, continuation: startAt(inference, windows, grids, triple) };
      }
      grids.push(choose(going.continuation.hidden(), `grid ${grids.length}`));
      await turn();
    }
  } finally {
    going?.continuation.dispose();
  }
  return grids.slice(contextGrids);
}

/** The context grids of all windows, each `[w s]`. */
function givenGrids(config: StTransformerConfig, windows: readonly Window[]): Int32Array[] {
  const places = config.gridHeight * config.gridWidth;
  const given = windows.map((window) => tokensOf(config, window, config.contextGrids).data);
  return Array.from({ length: config.contextGrids }, (_, grid) => {
    const codes = new Int32Array(windows.length * places);
    given.forEach((data, i) => {
      codes.set(data.subarray(grid * places, (grid + 1) * places), i * places);
    });
    return codes;
  });
}

/** Sees the grids from a triple on. */
function startAt(
  { config, statistics, model }: Inference,
  windows: readonly Window[],
  grids: readonly Int32Array[],
  triple: number,
): GridContinuation {
  const ahead = windows.map((window) => ({ states: statesFrom(config, window, triple) }));
  const states = gridStates(ahead, { config, statistics, grids: config.timeSteps + 1 });
  return continueGrids(model, { grids: grids.slice(triple * GRIDS_PER_TRIPLE), states });
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

/** Grids of one of the windows. */
function gridsOf(
  { gridHeight: height, gridWidth: width }: StTransformerConfig,
  grids: readonly Int32Array[],
  window: number,
): TokenGrids {
  const places = height * width;
  const data = new Int32Array(grids.length * places);
  grids.forEach((codes, i) => {
    data.set(codes.subarray(window * places, (window + 1) * places), i * places);
  });
  return { data, count: grids.length, height, width };
}
