import type { Dataset } from '@borealis/dataset';
import { openDataset } from '@borealis/dataset';
import type { TopKPredictions } from '@borealis/metrics';
import { startBackend } from '@borealis/tensor';
import type { TokenPredictor } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import type { LoadedPredictor } from '../models/load-predictor.ts';
import { loadPredictor } from '../models/load-predictor.ts';
import { CHALLENGE_FORM } from './submission-form.ts';
import type { SubmissionFields, SubmissionForm } from './submission-form.ts';
import type { SubmissionSample } from './write-submission.ts';
import { writeSubmission } from './write-submission.ts';

export interface SubmitCompressionOptions {
  /** Tokenized data: each segment is a sample, which its first window is taken of. */
  readonly data: string;
  readonly run: string;
  readonly out: string;
  readonly fields: SubmissionFields;
  /** Write what there is, whatever its sizes: to try the way out on other data. */
  readonly rehearsal: boolean;
  readonly onSample: (done: number, total: number) => void;
}

/** `borealis submit compression`: autoregressive predictions of a run. Returns the form of what was written. */
export async function submitCompression(options: SubmitCompressionOptions): Promise<SubmissionForm> {
  const { data, run, out, fields, rehearsal, onSample } = options;
  await startBackend();
  const dataset = await openDataset(data);
  let loaded: LoadedPredictor | undefined;
  try {
    loaded = await loadPredictor(run);
    const form = rehearsal ? formOf(dataset, loaded.predictor) : CHALLENGE_FORM;
    await writeSubmission({ path: out, form, fields, samples: samplesOf(dataset, loaded, form), onSample });
    return form;
  } finally {
    loaded?.dispose();
    await dataset.close();
  }
}

/** What this data and this model make. */
function formOf(dataset: Dataset, { contextGrids, grids, classes }: TokenPredictor): SubmissionForm {
  const [, height = 0, width = 0] = dataset.tokenShape ?? [];
  return {
    samples: dataset.segments.length,
    shape: [grids - contextGrids, height, width],
    k: Math.min(CHALLENGE_FORM.k, classes),
    codes: classes,
  };
}

/** @throws CliError `submission` where a segment is too short for a window, or its number is not its own */
function samplesOf(
  dataset: Dataset,
  { predictor, spec }: LoadedPredictor,
  form: SubmissionForm,
): SubmissionSample[] {
  const windows = dataset.windows(spec);
  return dataset.segments.map(({ id, shard, start, frames }, i) => {
    const first = windows.firstOf(i);
    if (first === windows.firstOf(i + 1)) {
      throw new CliError(
        'submission',
        `segment ${id} (frame ${start} of shard ${shard} of ${dataset.dir}) has ${frames} frames; ${spec.frames} are needed`,
      );
    }
    const predict = async (): Promise<TopKPredictions> => {
      const window = await windows.at(first);
      const [grids = []] = await predictor.predict([window], { mode: 'autoregressive', k: form.k });
      return joined(grids, form);
    };
    return { id: `${id}`, predict };
  });
}

/** Grids one after the other. */
function joined(
  grids: readonly { readonly topCodes: Int32Array; readonly topLogProbabilities: Float32Array }[],
  { k, codes: classes }: SubmissionForm,
): TopKPredictions {
  const length = grids.reduce((sum, { topCodes }) => sum + topCodes.length, 0);
  const indices = new Int32Array(length);
  const logProbabilities = new Float32Array(length);
  let to = 0;
  for (const { topCodes, topLogProbabilities } of grids) {
    indices.set(topCodes, to);
    logProbabilities.set(topLogProbabilities, to);
    to += topCodes.length;
  }
  return { k, classes, indices, logProbabilities };
}
