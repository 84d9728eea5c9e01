/** Frames that one triple of token grids stands for. */
export const FRAMES_PER_TRIPLE = 17;

/** Token grids per triple: the first stands for 1 frame, the second and third for 8 each. */
export const GRIDS_PER_TRIPLE = 3;

/** Codes are in [0, 64000): FSQ levels 8, 8, 8, 5, 5, 5. */
export const TOKEN_CODE_COUNT = 64_000;

/** Shape of a triple [grid h w] where metadata.json doesn't say (1X data, Cosmos DV8×8×8 of 256×256). */
export const DEFAULT_TOKEN_SHAPE = [GRIDS_PER_TRIPLE, 32, 32] as const;

/** Frames per second where metadata.json doesn't say. */
export const DEFAULT_HZ = 30;
