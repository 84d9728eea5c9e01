/** How a grid is filled in. */
export interface UnmaskOptions {
  /** Passes over a grid; each keeps some places more. Default 2, what the published figures were made with. */
  readonly steps?: number;
  /**
   * Which places to keep first: `confident`, as MaskGIT does (Chang et al. 2022), or `random`, as 1xgpt does, since the
   * most confident ones tend to copy the grid before. Default `random`.
   */
  readonly keep?: 'random' | 'confident';
}

/** Places that stay masked after a step: `⌈cos(π/2 · (step + 1) / steps) · places⌉`, none after the last. */
export function maskedAfter(step: number, steps: number, places: number): number {
  return step + 1 >= steps ? 0 : Math.ceil(Math.cos((((step + 1) / steps) * Math.PI) / 2) * places);
}

/**
 * Fills in one grid from proposals: places that were open stay as they are, the others get what is proposed, but for the
 * `masked` ones of lowest priority, which are the mask again. Changes `grid`.
 *
 * @param grid `[s]`, masked in part
 * @param proposed `[s]` codes
 * @param priority `[s]`
 */
export function unmask(
  grid: Int32Array,
  {
    proposed,
    priority,
    masked,
    mask,
  }: {
    readonly proposed: Int32Array;
    readonly priority: ArrayLike<number>;
    readonly masked: number;
    readonly mask: number;
  },
): void {
  const closed = [...grid.keys()].filter((place) => grid[place] === mask);
  closed.sort((a, b) => (priority[a] ?? 0) - (priority[b] ?? 0));
  for (const place of closed.slice(masked)) grid[place] = proposed[place] ?? mask;
}
