/**
 * Whether a network's layer is to be recomputed where `recomputed` are: all, none, or so many of the first, whose values
 * the backward pass would have to keep longest.
 */
export function isRecomputed(recomputed: boolean | number, layer: number): boolean {
  return typeof recomputed === 'number' ? layer < recomputed : recomputed;
}
