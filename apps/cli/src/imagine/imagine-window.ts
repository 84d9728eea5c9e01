import type { Frames } from '@borealis/dataset';
import { createFrameMoments, deviationMap, drawMap, roundFrames } from '@borealis/ensemble';
import type { DrawFramesOptions, FrameTask, FrameWindow } from '@borealis/evaluator';
import { contextOf, inBytes, joinFrames, tokenModelFrames } from '@borealis/evaluator';
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
  /** Of two samples or more. */
  readonly mean?: Frames;
  /** Where samples differ, drawn in colours; black where frames are given. */
  readonly uncertainty?: Frames;
  /** Steps of brightness that are drawn brightest. */
  readonly brightest?: number;
}

/** Below so many steps of brightness a map's range isn't stretched. */
const LEAST_RANGE = 8;

/** Draws a window to its end. A token model has no samples to choose among: it draws one. */
export async function imagineWindow(
  model: FrameModel,
  window: FrameWindow,
  drawing: Omit<DrawFramesOptions, 'whole'>,
): Promise<ImaginedWindow> {
  const { task } = model;
  const context = contextOf(window, task.contextFrames);
  const truth = window.frames.count === task.frames ? { truth: window.frames } : {};
  const whole = (future: Frames): Frames => (context.count === 0 ? future : joinFrames([context, future]));
  if (model.kind === 'tokens') {
    const candidate = tokenModelFrames(model.facts.name, model.predictor, model.tokenizer, {
      everyFrame: true,
    });
    return { task, context, ...truth, samples: [whole(inBytes(await candidate.predict(window)))] };
  }
  const moments = createFrameMoments();
  const samples: Frames[] = [];
  for await (const sample of model.sampler.draw(window, { ...drawing, whole: drawing.samples })) {
    moments.add(sample);
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
  return {
    ...{ task, context, ...truth, samples, brightest },
    mean: whole(roundFrames(moments.result())),
    uncertainty: context.count === 0 ? drawn : joinFrames([black, drawn]),
  };
}
