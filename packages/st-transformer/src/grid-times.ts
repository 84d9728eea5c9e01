/** Grids in a triple, and the frames that a triple stands for. */
export const GRIDS_PER_TRIPLE = 3;
export const FRAMES_PER_TRIPLE = 17;

/** The first grid of a triple stands for one frame, the other two for eight each. */
export const FRAMES_PER_VIDEO_GRID = 8;

/** The frames that a grid stands for, both counted from the window's start, where a triple begins. */
export function framesOfGrid(grid: number): { readonly start: number; readonly count: number } {
  const triple = Math.floor(grid / GRIDS_PER_TRIPLE);
  const kind = grid % GRIDS_PER_TRIPLE;
  const start = triple * FRAMES_PER_TRIPLE;
  if (kind === 0) return { start, count: 1 };
  return { start: start + 1 + (kind - 1) * FRAMES_PER_VIDEO_GRID, count: FRAMES_PER_VIDEO_GRID };
}
