import type { Window } from '@borealis/dataset';
import { EvaluatorError } from '../evaluator-error.ts';
import type { Windows } from './token-candidate.ts';

/**
 * For each window the states of a window of another segment: the one half the windows further on, or the next after it
 * that belongs to another segment. What a model that reads states gets wrong with these, it had from the states.
 */
export async function statesOfAnotherSegment(windows: Windows): Promise<(window: Window) => Float32Array> {
  const all: Pick<Window, 'shard' | 'start' | 'segment' | 'states'>[] = [];
  for (let i = 0; i < windows.count; i++) {
    const { shard, start, segment, states } = await windows.at(i);
    all.push({ shard, start, segment, states });
  }
  const keyOf = ({ shard, start }: Pick<Window, 'shard' | 'start'>) => `${shard}/${start}`;
  const other = new Map<string, Float32Array>();
  all.forEach((window, i) => {
    for (let step = 0; step < all.length; step++) {
      const candidate = all[(i + Math.floor(all.length / 2) + step) % all.length];
      if (candidate === undefined || candidate.segment === window.segment) continue;
      other.set(keyOf(window), candidate.states);
      return;
    }
    throw new EvaluatorError(
      'windows',
      'states can’t be exchanged between segments: there is only one segment',
    );
  });
  return (window) => {
    const states = other.get(keyOf(window));
    if (states === undefined)
      throw new Error(`window ${keyOf(window)} is not one of those whose states were exchanged`);
    return states;
  };
}
