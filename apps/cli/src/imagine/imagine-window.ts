import type { Frames } from '@borealis/dataset';
import type { Combination } from '@borealis/ensemble';
import {
  createCombination,
  createFrameMoments,
  deviationMap,
  drawMap,
  roundFrames,
} from '@borealis/ensemble';
import type { DrawFramesOptions, FrameTask, FrameWindow } from '@borealis/evaluator';
import {
  contextOf,
  drawBeyond,
  inBytes,
  joinFrames,
  samplesAsOne,
  taskBeyond,
  tokenModelFrames,
} from '@borealis/evaluator';
import { CliError } from '../cli-error.ts';
import type { FrameModel } from '../evaluate/frame-models.ts';

/** A window as a model continues it. */
export interface ImaginedWindow {
  readonly task: FrameTask;
  /** The given frames. */
  readonly context: Frames;
  /** Absent where the future is withheld. */
  readonly truth?: Frames;
  /** All frames of the window, the given ones as they are. A token model has one. */
  readonly samples: readonly Frames[];
  /** Two samples or more as one, and what that is called: "mean of 5". */
  readonly combined?: { readonly name: string; readonly frames: Frames };
  /** Where samples differ, drawn in colours; black where frames are given. */
  readonly uncertainty?: Frames;
  /** Steps of brightness that are drawn brightest. */
  readonly brightest?: number;
}

/** Below so many steps of brightness a map's range isn't stretched. */
const LEAST_RANGE = 8;

export interface ImagineOptions {
  readonly drawing: Omit<DrawFramesOptions, 'whole'>;
  /** How samples become one. */
  readonly combination: Combination;
  /** So many windows more, each from the end of the one before. Default 0. */
  readonly beyond?: number;
}

/**
 * Draws a window to its end, and beyond where that is asked for. A token model has no samples to choose among: it draws one.
 *
 * @param window that spans all frames up to the last one drawn: `imaginedTask` says how many
 */
export async function imagineWindow(
  model: FrameModel,
  window: FrameWindow,
  { drawing, combination, beyond = 0 }: ImagineOptions,
): Promise<ImaginedWindow> {
  const task = imaginedTask(model, beyond);
  const context = contextOf(window, task.contextFrames);
  const truth = window.frames.count === task.frames ? { truth: window.frames } : {};
  const whole = (future: Frames): Frames => (context.count === 0 ? future : joinFrames([context, future]));
  if (model.kind === 'tokens') {
    const candidate = tokenModelFrames(model.facts.name, model.predictor, model.tokenizer, {
      everyFrame: true,
    });
    return { task, context, ...truth, samples: [whole(inBytes(await candidate.predict(window)))] };
  }
  const [moments, ensemble] = [createFrameMoments(), createCombination(combination)];
  const samples: Frames[] = [];
  for await (const sample of drawBeyond(model.sampler, window, { ...drawing, windows: 1 + beyond })) {
    moments.add(sample);
    ensemble.add(sample);
    samples.push(whole(roundFrames(sample)));
  }
  if (samples.length < 2) return { task, context, ...truth, samples };
  const map = deviationMap(moments.state());
  const brightest = Math.max(
    LEAST_RANGE,
    Math.ceil(map.data.reduce((most, value) => Math.max(most, value), 0)),
  );
  const drawn = drawMap(map, { most: brightest });
  const black = { ...context, data: new Uint8Array(context.data.length) };
  const name = samplesAsOne({ samples: samples.length, combination });
  return {
    ...{ task, context, ...truth, samples, brightest },
    combined: { name, frames: whole(roundFrames(ensemble.result())) },
    uncertainty: context.count === 0 ? drawn : joinFrames([black, drawn]),
  };
}

/**
 * What is given, and what is drawn.
 *
 * @throws CliError `invalid-option` where a token model is to go on: its windows end with frame 77
 */
export function imaginedTask({ kind, task, facts }: FrameModel, beyond: number): FrameTask {
  if (kind === 'tokens' && beyond > 0)
    throw new CliError('invalid-option', `${facts.name} predicts tokens: --beyond is for a dit-sampler`);
  return taskBeyond(task, 1 + beyond);
}
