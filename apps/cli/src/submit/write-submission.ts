import { Readable } from 'node:stream';
import type { TopKPredictions } from '@borealis/metrics';
import { checkTopKPredictions } from '@borealis/metrics';
import { writeAtomically } from '@borealis/safetensors';
import { ZipFile } from 'yazl';
import { CliError } from '../cli-error.ts';
import { encodeNpz, EPOCH } from './npz.ts';
import type { SubmissionFields, SubmissionForm } from './submission-form.ts';
import { README, readmeOf } from './submission-form.ts';

export interface SubmissionSample {
  /** Names the file `<id>.npz`. */
  readonly id: string;
  /** Predictions of all its places, grid after grid, row after row. */
  predict(): Promise<TopKPredictions>;
}

export interface WriteSubmissionOptions {
  readonly path: string;
  readonly form: SubmissionForm;
  readonly fields: SubmissionFields;
  readonly samples: readonly SubmissionSample[];
  readonly onSample?: (done: number, total: number) => void;
}

/**
 * Writes a submission: a zip with README.txt and one npz for each sample. A sample is predicted when it is its turn, so
 * one at a time is in memory; the file appears whole or not at all.
 *
 * @throws CliError `submission` where samples are too few, too many or have the same name; MetricsError where predictions
 * are no heads of distributions; what `predict` throws
 */
export async function writeSubmission({ path, ...contents }: WriteSubmissionOptions): Promise<void> {
  const { form, samples } = contents;
  if (samples.length !== form.samples) {
    throw new CliError('submission', `${samples.length} samples, a submission has exactly ${form.samples}`);
  }
  const twice = samples.find(({ id }, i) => samples.findIndex((other) => other.id === id) !== i);
  if (twice !== undefined) throw new CliError('submission', `two samples are called ${twice.id}`);
  await writeAtomically(path, async (file) => {
    // Begun only now: what a sample fails with before somebody reads has nobody to hear it, and ends the process.
    for await (const chunk of zipOf(contents)) await file.write(chunk);
  });
}

function zipOf({
  form,
  fields,
  samples,
  onSample,
}: Omit<WriteSubmissionOptions, 'path'>): AsyncIterable<Buffer> {
  const zip = new ZipFile();
  const output = Readable.from(zip.outputStream as AsyncIterable<Buffer>);
  zip.on('error', (error: Error) => output.destroy(error));
  zip.addBuffer(Buffer.from(readmeOf(fields)), README, { mtime: EPOCH });
  let done = 0;
  for (const sample of samples) {
    zip.addReadStreamLazy(`${sample.id}.npz`, { mtime: EPOCH }, (give) => {
      encodeSample(sample, form).then(
        (bytes) => {
          onSample?.(++done, samples.length);
          give(null, Readable.from([bytes]));
        },
        (error: unknown) => {
          give(error, Readable.from([]));
        },
      );
    });
  }
  zip.end();
  return output as AsyncIterable<Buffer>;
}

async function encodeSample(sample: SubmissionSample, form: SubmissionForm): Promise<Buffer> {
  const predictions = await sample.predict();
  const { k, classes, indices, logProbabilities } = predictions;
  const places = form.shape.reduce((a, b) => a * b);
  if (k !== form.k || classes !== form.codes || indices.length !== places * k) {
    throw new CliError(
      'submission',
      `sample ${sample.id}: the ${k} likeliest of ${classes} codes at ${indices.length / k} places; ` +
        `expected ${form.k} of ${form.codes} at ${places}`,
    );
  }
  checkTopKPredictions(predictions);
  const shape = [...form.shape, k];
  return encodeNpz({ indices: { data: indices, shape }, values: { data: logProbabilities, shape } });
}
