import { buffer } from 'node:stream/consumers';
import { checkTopKPredictions, MetricsError } from '@borealis/metrics';
import { openPromise } from 'yauzl';
import { CliError } from '../cli-error.ts';
import { decodeNpz } from './npz.ts';
import type { SubmissionForm } from './submission-form.ts';
import { CHALLENGE_FORM, missingFields, README } from './submission-form.ts';

export interface SubmissionProblem {
  /** Of the archive; undefined where it is the archive itself. */
  readonly file?: string;
  readonly message: string;
}

/** README.txt is a few lines; more is not read. */
const MOST_README_BYTES = 1 << 20;
/** Beyond the numbers themselves: headers and directory. */
const MOST_EXTRA_BYTES = 1 << 16;

/**
 * All that is wrong with a submission, the first problem of each file. Beyond what the challenge's own checker asks for
 * (names, types, shapes, ranges), it refuses NaN, codes named twice, values that don't fall, and values that are no
 * log-probabilities of a full softmax. One file at a time is in memory.
 *
 * @throws the system's errors where the file can't be opened
 */
export async function checkSubmission(
  path: string,
  form: SubmissionForm = CHALLENGE_FORM,
  onFile?: (done: number, total: number) => void,
): Promise<SubmissionProblem[]> {
  const problems: SubmissionProblem[] = [];
  const names = new Set<string>();
  let samples = 0;
  const archive = await openPromise(path).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause) throw cause;
    problems.push({ message: `it is no zip: ${messageOf(cause)}` });
    return undefined;
  });
  if (archive === undefined) return problems;
  try {
    for await (const entry of archive.eachEntry()) {
      const file = entry.fileName;
      const problem = await problemOf(file, entry.uncompressedSize, async () =>
        buffer(await archive.openReadStreamPromise(entry)),
      ).catch((error: unknown) => messageOf(error));
      if (problem !== undefined) problems.push({ file, message: problem });
      if (names.has(file)) problems.push({ file, message: 'it is there twice' });
      names.add(file);
      if (file.endsWith('.npz')) samples++;
      onFile?.(names.size, form.samples + 1);
    }
  } catch (error) {
    problems.push({ message: `its directory can't be read: ${messageOf(error)}` });
  }
  if (!names.has(README)) problems.push({ message: `there is no ${README}` });
  if (samples !== form.samples) problems.push({ message: `${samples} .npz files, expected ${form.samples}` });
  return problems;

  async function problemOf(
    file: string,
    size: number,
    read: () => Promise<Buffer>,
  ): Promise<string | undefined> {
    if (file === README) {
      if (size > MOST_README_BYTES) return `it has ${size} bytes: a few lines are expected`;
      const missing = missingFields((await read()).toString('utf8'));
      return missing.length === 0 ? undefined : `it lacks ${missing.join(', ')}`;
    }
    if (!/^[^/\\]+\.npz$/.test(file)) return `only ${README} and <ID>.npz belong here, and no folders`;
    const most = 8 * form.shape.reduce((a, b) => a * b, form.k) + MOST_EXTRA_BYTES;
    if (size > most) return `it has ${size} bytes, at most ${most} are expected`;
    return problemOfSample(await read(), form);
  }
}

async function problemOfSample(bytes: Buffer, form: SubmissionForm): Promise<string | undefined> {
  const { indices, values } = await decodeNpz(bytes, ['indices', 'values']);
  const shape = [...form.shape, form.k].join(', ');
  for (const [name, { data, shape: found }, type] of [
    ['indices', indices, Int32Array],
    ['values', values, Float32Array],
  ] as const) {
    if (!(data instanceof type)) return `${name} are ${data.constructor.name}, expected ${type.name}`;
    if (found.join(', ') !== shape) return `${name} are [${found.join(', ')}], expected [${shape}]`;
  }
  const predictions = { k: form.k, classes: form.codes };
  checkTopKPredictions({
    ...predictions,
    indices: indices.data as Int32Array,
    logProbabilities: values.data as Float32Array,
  });
  return undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof CliError || error instanceof MetricsError) return error.message;
  return `it can't be read: ${error instanceof Error ? error.message : String(error)}`;
}
