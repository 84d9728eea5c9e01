import type { LoadedVae } from './published-vae.ts';

/**
 * A note where windows are longer than the clips of an autoencoder's training: latents that look further back than any clip come
 * out larger than those learned, and decode worse. Undefined where they aren't, or where that isn't known.
 */
export function longerThanLearned(
  { learnedFrames }: Pick<LoadedVae, 'learnedFrames'>,
  frames: number,
): string | undefined {
  if (learnedFrames === undefined || frames <= learnedFrames) return undefined;
  return (
    `note: the autoencoder was trained on clips of ${learnedFrames} frames, windows have ${frames}: later latents may leave the ` +
    `range that it learned. Train it further: borealis train video-vae --from DIR --model-config '{"clipFrames":${frames}}'`
  );
}
