import type { Window, WindowIndex } from '@borealis/dataset';

/**
 * For each window the states of a window of another segment: the one half the windows further on, or the next after it
 * that belongs to another segment. What a model that reads states gets wrong with these, it had from the states.
 */
export async function statesOfAnotherSegment(
  windows: WindowIndex,
): Promise<(window: Window) => Float32Array> {
  const all: Window[] = [];
  for (let i = 0; i < windows.count; i++) all.push(await windows.at(i));
  const keyOf = ({ shard, start }: Window) => `${shard}/${start}`;
  const other = new Map<string, Float32Array>();
  all.forEach((window, i) => {
    for (let step = 0; step < all.length; step++) {
      const candidate = all[(i + Math.floor(all.length / 2) + step) % all.length];
      if (candidate === undefined || candidate.segment === window.segment) continue;
      other.set(keyOf(window), candidate.states);
      return;
    }
    throw new Error('states can’t be exchanged between segments: there is only one segment');
  });
  return (window) => {
    const states = other.get(keyOf(window));
    if (states === undefined)
      throw new Error(`window ${keyOf(window)} is not one of those whose states were exchanged`);
    return states;
  };
}
