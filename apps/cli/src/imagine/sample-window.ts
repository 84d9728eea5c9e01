import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@borealis/checkpoints';
import type { Frames, WindowIndex } from '@borealis/dataset';
import { openDataset } from '@borealis/dataset';
import type { FrameWindow } from '@borealis/evaluator';
import { joinFrames, sliceFrames } from '@borealis/evaluator';
import { framePsnr } from '@borealis/metrics';
import { contactSheet } from '@borealis/report';
import { startBackend } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';
import { loadFrameModel } from '../evaluate/frame-models.ts';
import type { ImaginedWindow, ImagineOptions } from './imagine-window.ts';
import { imaginedTask, imagineWindow } from './imagine-window.ts';
import { filmOf, panelsOf, stillsOf } from './picture-window.ts';

export interface SampleWindowOptions extends ImagineOptions {
  /** A run or a model folder. */
  readonly run: string;
  /** Raw data; of test clips the future is not shown. */
  readonly data: string;
  /** Number of the window, of those that begin every `stride` frames. */
  readonly window: number;
  readonly stride: number;
  readonly vae?: string;
  readonly tokenizer?: string;
  /** Folder to write to. */
  readonly out: string;
  readonly tell: (message: string) => void;
}

export interface SampledWindow {
  readonly film: string;
  readonly sheet: string;
  readonly segment: number;
  readonly start: number;
  /** dB of the last frame, where the future is known: of each sample, and of these as one. */
  readonly psnr?: {
    readonly samples: readonly number[];
    readonly combined?: { readonly name: string; readonly value: number };
  };
}

/** Frames of film a second: the camera's. */
const FPS = 30;

/** `borealis sample`: what comes after a window's given frames, as a film and a sheet of stills. */
export async function sampleWindow(options: SampleWindowOptions): Promise<SampledWindow> {
  const { run, vae, tokenizer, drawing, out, tell } = options;
  await startBackend();
  const data = await openDataset(options.data);
  let loaded: Awaited<ReturnType<typeof loadFrameModel>> | undefined;
  try {
    loaded = await loadFrameModel(run, { vae, tokenizer, precision: drawing.precision, tell });
    const { model } = loaded;
    const { frames } = imaginedTask(model, options.beyond ?? 0);
    const windows = data.windows({ frames, stride: options.stride, content: 'frames' });
    const window = await windowAt(windows, options);
    tell(`drawing window ${options.window} of ${windows.count}`);
    const imagined = await imagineWindow(model, window, options);
    await mkdir(out, { recursive: true });
    const [film, sheet] = [
      join(out, `window-${options.window}.mp4`),
      join(out, `window-${options.window}.png`),
    ];
    await writeFileAtomic(film, (await filmOf(imagined, { fps: FPS })).mp4);
    await writeFileAtomic(sheet, (await sheetOf(imagined)).png);
    const { segment, start } = window;
    return { film, sheet, segment, start, ...psnrOf(imagined) };
  } finally {
    loaded?.dispose();
    await data.close();
  }
}

async function windowAt(windows: WindowIndex, { window, data }: SampleWindowOptions): Promise<FrameWindow> {
  if (window >= windows.count) {
    const { frames, stride } = windows.spec;
    throw new CliError(
      'invalid-option',
      `${data} has ${windows.count} windows of ${frames} frames every ${stride}, counted from 0; ${window} was asked for`,
    );
  }
  const { frames, ...rest } = await windows.at(window);
  if (frames === undefined) throw new CliError('invalid-option', `${data} holds no pictures`);
  return { ...rest, frames };
}

function sheetOf(imagined: ImaginedWindow): ReturnType<typeof contactSheet> {
  const shown = stillsOf(imagined);
  const still = (frames: Frames, frame: number): Frames =>
    sliceFrames(frames, Math.min(frame, frames.count) - 1, 1);
  const rows = panelsOf(imagined).filter(({ label }) => label !== 'given');
  return contactSheet({
    columns: shown.map((frame) => `frame ${frame}`),
    rows: rows.map(({ label, frames }) => ({
      label,
      frames: joinFrames(shown.map((frame) => still(frames, frame))),
    })),
  });
}

function psnrOf({ truth, samples, combined }: ImaginedWindow): Pick<SampledWindow, 'psnr'> {
  if (truth === undefined) return {};
  const last = (frames: Frames): Frames => sliceFrames(frames, frames.count - 1, 1);
  const psnr = (frames: Frames): number => framePsnr(last(frames), last(truth)).mean;
  return {
    psnr: {
      samples: samples.map(psnr),
      ...(combined && { combined: { name: combined.name, value: psnr(combined.frames) } }),
    },
  };
}
