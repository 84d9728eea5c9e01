import type { EvaluatedSampling } from '../evaluate/sampling.ts';
import { evaluateSampling } from '../evaluate/sampling.ts';
import type { CompressionTrack } from './compression-track.ts';
import { plan } from './plan.ts';
import type { Start } from './start.ts';

/** How well frame 77 is predicted by the token model, rolled out. */
export async function samplingTrack(
  { training, validation, stage }: Start,
  { run, tokenizerPath }: Pick<CompressionTrack, 'run' | 'tokenizerPath'>,
): Promise<EvaluatedSampling> {
  return stage('sampling', (onProgress) =>
    evaluateSampling({
      ...{ data: validation, training, run, versus: [], tokenizer: tokenizerPath },
      ...{ ...plan.sampling, onProgress },
    }),
  );
}
