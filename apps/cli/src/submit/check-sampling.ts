import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import type { SubmissionProblem } from './check-submission.ts';
import type { SamplingMetadata } from './sampling-form.ts';
import { CHALLENGE_CLIPS, METADATA, samplingMetadataSchema } from './sampling-form.ts';
import { missingFields, README } from './submission-form.ts';

/**
 * All that is wrong with a sampling submission, the first problem of each file: names, sizes and kinds of the pictures,
 * what README.txt and metadata.json tell. Pictures are decoded one at a time.
 *
 * @param options `rehearsal`: of whatever number of clips
 * @throws the system's errors where the folder can't be read
 */
export async function checkSamplingSubmission(
  folder: string,
  options: {
    readonly rehearsal?: boolean;
    readonly onFile?: (done: number, total: number) => void;
  } = {},
): Promise<SubmissionProblem[]> {
  const problems: SubmissionProblem[] = [];
  const names = await readdir(folder);
  if (!names.includes(README)) problems.push({ message: `there is no ${README}` });
  else {
    const missing = missingFields(await readFile(join(folder, README), 'utf8'));
    if (missing.length > 0) problems.push({ file: README, message: `it lacks ${missing.join(', ')}` });
  }
  const metadata = await readMetadata(folder, names, problems);
  if (metadata === undefined) return problems;
  const { ids } = metadata;
  if (options.rehearsal !== true && ids.length !== CHALLENGE_CLIPS)
    problems.push({
      file: METADATA,
      message: `it lists ${ids.length} clips, the test set has ${CHALLENGE_CLIPS}`,
    });
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) problems.push({ file: METADATA, message: `it lists clip ${twice} twice` });
  const expected = new Set(ids.map((id) => `${id}.png`));
  for (const name of names) {
    if (!expected.has(name) && name !== README && name !== METADATA)
      problems.push({ file: name, message: `it belongs to no clip that ${METADATA} lists` });
  }
  let done = 0;
  for (const file of expected) {
    const message = names.includes(file)
      ? await problemOfPicture(join(folder, file), metadata)
      : 'it is missing';
    if (message !== undefined) problems.push({ file, message });
    options.onFile?.(++done, expected.size);
  }
  return problems;
}

async function readMetadata(
  folder: string,
  names: readonly string[],
  problems: SubmissionProblem[],
): Promise<SamplingMetadata | undefined> {
  if (!names.includes(METADATA)) {
    problems.push({ message: `there is no ${METADATA}` });
    return undefined;
  }
  try {
    return samplingMetadataSchema.parse(JSON.parse(await readFile(join(folder, METADATA), 'utf8')));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    problems.push({ file: METADATA, message });
    return undefined;
  }
}

async function problemOfPicture(
  path: string,
  { height, width }: SamplingMetadata,
): Promise<string | undefined> {
  try {
    const picture = sharp(path, { failOn: 'warning' });
    const { format, width: w, height: h, channels, depth } = await picture.metadata();
    if (format !== 'png') return `it is ${format}, expected PNG`;
    if (w !== width || h !== height) return `it is ${w} × ${h} pixels, expected ${width} × ${height}`;
    if (channels !== 3 || depth !== 'uchar')
      return `it has ${channels} channels of ${depth}, expected 3 of 8 bits`;
    await picture.raw().toBuffer();
    return undefined;
  } catch (error) {
    return `it can't be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
