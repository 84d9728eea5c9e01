import { z } from 'zod';

/**
 * The sampling track's submission, a form of Borealis' own: the challenge's isn't public. A folder with README.txt (method,
 * team, authors, e-mail, institution, country), `metadata.json`, and the last frame of each clip as `<ID>.png`, 8-bit RGB.
 */
export const SAMPLING_FORM = 'borealis-sampling-1';

/** How many clips the challenge's test set has. */
export const CHALLENGE_CLIPS = 250;

export const METADATA = 'metadata.json';

export const samplingMetadataSchema = z.strictObject({
  form: z.literal(SAMPLING_FORM),
  /** Which frame of its clip each picture is, counted from 1. */
  frame: z.int().positive(),
  contextFrames: z.int().nonnegative(),
  height: z.int().positive(),
  width: z.int().positive(),
  /** Of the clips, in order. */
  ids: z.array(z.string().regex(/^[\w-]+$/)).min(1),
  /** Fingerprint of the test set. */
  data: z.string(),
  /** What predicted, and how. */
  model: z.json(),
  drawing: z.json(),
});

export type SamplingMetadata = z.infer<typeof samplingMetadataSchema>;
