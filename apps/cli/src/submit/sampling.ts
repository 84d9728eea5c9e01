import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, Frames } from '@borealis/dataset';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import type { Combination } from '@borealis/ensemble';
import type { DrawFramesOptions, FrameWindow } from '@borealis/evaluator';
import { inBytes, sampleCandidates, tokenModelFrames } from '@borealis/evaluator';
import { encodePng } from '@borealis/report';
import { startBackend } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';
import type { FrameModel } from '../evaluate/frame-models.ts';
import { loadFrameModel } from '../evaluate/frame-models.ts';
import type { SamplingMetadata } from './sampling-form.ts';
import { METADATA, SAMPLING_FORM } from './sampling-form.ts';
import type { SubmissionFields } from './submission-form.ts';
import { README, readmeOf } from './submission-form.ts';

export interface SubmitSamplingOptions {
  /** Test clips, or other raw data: of each segment the first window. */
  readonly data: string;
  readonly run: string;
  readonly vae?: string;
  readonly tokenizer?: string;
  /** So many samples, made into one, are handed in. */
  readonly drawing: Omit<DrawFramesOptions, 'whole'>;
  readonly combination: Combination;
  /** A folder that isn't there yet. */
  readonly out: string;
  readonly fields: SubmissionFields;
  readonly tell: (message: string) => void;
}

/**
 * `borealis submit sampling`: the last frame of each test clip, in a folder that appears whole or not at all.
 *
 * @throws CliError `exists`; `submission` where a clip is too short
 */
export async function submitSampling(options: SubmitSamplingOptions): Promise<SamplingMetadata> {
  const { run, vae, tokenizer, drawing, combination, out, fields, tell } = options;
  if (existsSync(out)) throw new CliError('exists', `${out} is there already: choose another name`);
  await startBackend();
  const data = await openDataset(options.data);
  const work = `${out}.tmp-${process.pid}`;
  let loaded: Awaited<ReturnType<typeof loadFrameModel>> | undefined;
  try {
    loaded = await loadFrameModel(run, { vae, tokenizer, precision: drawing.precision, tell });
    const { model } = loaded;
    const clips = clipsOf(data, model);
    const predict = predictorOf(model, options);
    await mkdir(work, { recursive: true });
    let size: Pick<Frames, 'height' | 'width'> = { height: 0, width: 0 };
    for (const [i, clip] of clips.entries()) {
      tell(`predicting: clip ${i + 1} of ${clips.length}`);
      const picture = await predict(await clip.read());
      size = picture;
      const { png } = await encodePng(picture, { index: picture.count - 1 });
      await writeFile(join(work, `${clip.id}.png`), png);
    }
    const metadata: SamplingMetadata = {
      ...{ form: SAMPLING_FORM, frame: model.task.frames, contextFrames: model.task.contextFrames },
      ...{ height: size.height, width: size.width, ids: clips.map(({ id }) => id) },
      data: await datasetFingerprint(data),
      model: { ...model.facts },
      drawing: model.kind === 'samples' ? { ...drawing, combination } : null,
    };
    await writeFile(join(work, README), readmeOf(fields));
    await writeFile(join(work, METADATA), `${JSON.stringify(metadata, null, 2)}\n`);
    await rename(work, out);
    return metadata;
  } finally {
    await rm(work, { recursive: true, force: true });
    loaded?.dispose();
    await data.close();
  }
}

interface Clip {
  readonly id: string;
  read(): Promise<FrameWindow>;
}

function clipsOf(data: Dataset, { task }: FrameModel): Clip[] {
  const windows = data.windows({ frames: task.frames, stride: task.frames, content: 'frames' });
  return data.segments.map(({ id, frames: length, shard }, i) => {
    const first = windows.firstOf(i);
    if (first === windows.firstOf(i + 1)) {
      throw new CliError(
        'submission',
        `clip ${id} (shard ${shard} of ${data.dir}, ${length} frames) has too few states for a window of ${task.frames} frames`,
      );
    }
    const read = async (): Promise<FrameWindow> => {
      const { frames, ...window } = await windows.at(first);
      if (frames !== undefined && frames.count >= task.contextFrames) return { ...window, frames };
      throw new CliError(
        'submission',
        `clip ${id} of ${data.dir} holds ${frames?.count ?? 0} frames; the model is given ${task.contextFrames}`,
      );
    };
    return { id: `${id}`, read };
  });
}

/** One frame of a clip, or the last of several. */
function predictorOf(
  model: FrameModel,
  { drawing: { samples, ...drawing }, combination }: Pick<SubmitSamplingOptions, 'drawing' | 'combination'>,
): (window: FrameWindow) => Promise<Frames> {
  const { name } = model.facts;
  const [candidate] =
    model.kind === 'tokens'
      ? [tokenModelFrames(name, model.predictor, model.tokenizer)]
      : sampleCandidates({
          ...{ model: name, sampler: model.sampler, numbers: [samples], combination },
          drawing: { ...drawing, whole: 0 },
        });
  if (candidate === undefined) throw new RangeError('no number of samples');
  return async (window) => inBytes(await candidate.predict(window));
}
