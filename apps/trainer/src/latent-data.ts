import type { Dataset, WindowSpec } from '@borealis/dataset';
import { latentCaches, withLatents } from '@borealis/dataset';
import { TrainerError } from './trainer-error.ts';

/** A dataset whose windows come with latents, and the content hash of the autoencoder that made these. */
export interface LatentData {
  readonly dataset: Dataset;
  readonly encoder: string;
}

/**
 * The dataset with the latents that lie beside it, of windows of this kind.
 *
 * @param encoder which autoencoder's; needed where several have encoded the data
 * @throws TrainerError `LATENTS` where there are none, or it isn't clear which
 */
export async function openLatentData(
  dataset: Dataset,
  spec: WindowSpec,
  encoder: string | undefined,
): Promise<LatentData> {
  const { frames, stride } = spec;
  const there = (await latentCaches(dataset)).filter(
    (cache) =>
      cache.frames === frames &&
      cache.stride === stride &&
      (encoder === undefined || cache.encoder === encoder),
  );
  const [first, another] = there;
  if (first === undefined) {
    const whose = encoder === undefined ? '' : ' by this autoencoder';
    throw new TrainerError(
      'LATENTS',
      `${dataset.dir} has no latents of windows of ${frames} frames every ${stride}${whose}: make them with\n` +
        `  borealis data encode ${dataset.dir} --vae VAE --frames ${frames} --stride ${stride}`,
    );
  }
  if (another !== undefined) {
    throw new TrainerError(
      'LATENTS',
      `${dataset.dir} has latents by ${there.length} autoencoders: say which with --vae, else whoever evaluates can't know`,
    );
  }
  return { dataset: await withLatents(dataset, { encoder: first.encoder }), encoder: first.encoder };
}
