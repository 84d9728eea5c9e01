import type { Dataset } from '@borealis/dataset';
import { writeSafetensors } from '@borealis/safetensors';
import type { BlockFsqWeights, FitReport } from '@borealis/video-tokenizer';
import { datasetClips, fitBlockFsq, toTensorData } from '@borealis/video-tokenizer';

/** Passes that fitting makes over the clips. */
const PASSES = 3;

/** Fits a block FSQ tokenizer on a raw dataset and writes its weights to `path`. */
export async function fitTokenizer(options: {
  readonly training: Dataset;
  readonly path: string;
  /** At most so many clips, evenly spread. Default: all. */
  readonly maxClips?: number;
  readonly onProgress?: (message: string) => void;
}): Promise<{ readonly weights: BlockFsqWeights; readonly report: FitReport }> {
  const { training, path, onProgress } = options;
  const fitted = await fitBlockFsq({
    clips: datasetClips(training, options.maxClips === undefined ? {} : { maxClips: options.maxClips }),
    onProgress: ({ pass, clips }) => onProgress?.(`pass ${pass + 1} of ${PASSES}, clip ${clips}`),
  });
  const { tensors, metadata } = toTensorData(fitted.weights);
  await writeSafetensors(path, tensors, { metadata: { ...metadata } });
  return fitted;
}
