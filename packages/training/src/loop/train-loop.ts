import { setImmediate } from 'node:timers/promises';
import type { LoaderPosition, Window, WindowShare } from '@borealis/dataset';
import type { TensorTree } from '@borealis/tensor';
import { createRandom, flatten, tf } from '@borealis/tensor';
import type { EmaUpdate } from '../ema.ts';
import { createEmaUpdate } from '../ema.ts';
import { TrainingError } from '../errors.ts';
import type { LogValues, TrainingLog } from '../logs/training-log.ts';
import { combineLogs } from '../logs/training-log.ts';
import type { Model } from '../model-contract.ts';
import type { StepLogs } from '../optimizer/train-step.ts';
import { createTrainStep } from '../optimizer/train-step.ts';
import type { Parameters } from '../parameters/parameters.ts';
import { nestParameters } from '../parameters/parameters.ts';
import type { Team } from '../parallel/team.ts';
import { isPeerError, teamOf } from '../parallel/team.ts';
import { checkFinite } from './check-finite.ts';
import { scheduleOf } from './schedule-of.ts';
import type { Session, SessionOptions } from './session.ts';
import { beginSession, disposeSession, saveSession } from './session.ts';
import { parseTrainingConfig } from './training-config.ts';
import { readAhead, windowBatches } from './window-batches.ts';

export interface TrainLoopOptions<Config, Batch extends TensorTree> extends SessionOptions<Config, Batch> {
  readonly model: Pick<Model<Config, Batch>, 'name' | 'init' | 'shapes' | 'trainable' | 'toBatch' | 'loss'>;
  /**
   * Windows from a position on, each with its own position; more than training needs. In a cluster, only this task's
   * `share` of them, with the position behind the whole group: `shuffledWindows` of @borealis/dataset does that.
   */
  readonly windows: (position?: LoaderPosition, share?: WindowShare) => AsyncIterable<Window>;
  readonly log?: TrainingLog;
  /** When it fires, on any task, the step under way is finished and saved. */
  readonly signal?: AbortSignal;
  /**
   * Numbers to log after a step; gets the moving average of parameters where there is one, and must not dispose it. Of a
   * cluster, only task 0 evaluates, while the others wait.
   */
  readonly evaluate?: (parameters: Parameters, step: number) => Promise<LogValues>;
}

export interface TrainLoopResult {
  /** False where `signal` ended training before its last step. */
  readonly finished: boolean;
  /** Steps done and saved. */
  readonly step: number;
  /** Steps done before this call. */
  readonly resumedFrom: number;
  /** Of the weights that training started from, where these were given in this call: evaluated before the first step. */
  readonly before?: LogValues;
  /** Of the last step and the last evaluation in this call. */
  readonly train?: LogValues;
  readonly evaluation?: LogValues;
}

/**
 * Trains to `training.steps`, from the last sound checkpoint of `store` where there is one: 2N steps give the same bits
 * as N, a stop, and N more.
 *
 * With a `cluster`, its N tasks train together, each on its part of every batch of N · `batchSize` windows: the weights
 * are those of one process with the N-fold batch, but for rounding and for what the model draws at random. Task 0 begins
 * (loads), logs, evaluates and saves. Where a task is lost, the others end with an error, task 0 after saving what the
 * last whole step gave.
 *
 * @throws TrainingError `NOT_FINITE` (the step, and the checkpoint to go back to; nothing is saved), `NO_DATA`,
 * `RUN_MISMATCH`, `PARAMETER_…`, `INVALID_ARGUMENT`; TensorError `PEER_…`, `CLUSTER_FAILED`; what model, windows and
 * store throw
 */
export async function trainLoop<Config, Batch extends TensorTree>(
  given: TrainLoopOptions<Config, Batch>,
): Promise<TrainLoopResult> {
  const team = teamOf(given.cluster);
  try {
    return await trainInTeam(given, team);
  } catch (error) {
    team.reportFailure(error);
    throw error;
  }
}

async function trainInTeam<Config, Batch extends TensorTree>(
  given: TrainLoopOptions<Config, Batch>,
  team: Team,
): Promise<TrainLoopResult> {
  const training = parseTrainingConfig(given.training);
  const options = { ...given, training };
  const { model, config, statistics, signal, cluster } = options;
  const log = (team.leads ? options.log : undefined) ?? combineLogs([]);
  const rateAt = scheduleOf(training);
  const session = await beginSession(options);
  const resumedFrom = session.state.step;
  let saved = resumedFrom;
  let train: StepLogs | undefined;
  let evaluation: LogValues | undefined;
  let before: LogValues | undefined;

  const step = createTrainStep<Batch>({
    loss: (parameters, batch) => model.loss(config, parameters, batch),
    adamw: training.adamw,
    maxGradientNorm: training.maxGradientNorm,
    precision: training.precision,
    ...(cluster === undefined ? {} : { cluster }),
  });
  const updateEma = training.emaDecay === null ? undefined : createEmaUpdate(training.emaDecay);
  const windows = options.windows(session.position, team.share);
  const batches = readAhead(windowBatches(windows, training.batchSize));

  async function takeStep(): Promise<void> {
    const done = session.state.step;
    const next = await batches.next();
    if (next === undefined) {
      throw new TrainingError('NO_DATA', `windows ended after ${done} of ${training.steps} steps`);
    }
    const before = session.random.state();
    const random = team.randomFor(session.random);
    const parts = inParts(next.windows, training.parts).map((windows) =>
      model.toBatch(config, statistics, windows, random),
    );
    const [last, earlier] = [parts.at(-1) as Batch, parts.slice(0, -1)];
    try {
      const result = step(session.state, last, rateAt(done), earlier);
      session.state = result.state;
      train = result.logs;
    } catch (error) {
      session.random = createRandom(before); // as the last whole step left it
      throw error;
    } finally {
      tf.dispose(parts.flatMap((part) => flatten(part).tensors));
    }
    checkFinite(train, { step: done + 1, windows: next.windows, saved });
    if (updateEma !== undefined) updateAverage(session, updateEma);
    session.position = next.position;
  }

  async function save(): Promise<void> {
    if (team.leads) {
      await log.flush();
      await saveSession(session, options);
    }
    saved = session.state.step;
  }

  try {
    await log.start({
      step: resumedFrom,
      steps: training.steps,
      ...(session.start && { from: session.start }),
    });
    if (team.leads && session.start !== undefined && options.evaluate !== undefined) {
      before = await options.evaluate(parametersOf(session), 0);
      await log.evaluation(0, before);
    }
    while (session.state.step < training.steps && !team.any(signal?.aborted === true)) {
      await takeStep();
      const done = session.state.step;
      const last = done === training.steps;
      if (train !== undefined) await log.train(done, train);
      if (team.leads && options.evaluate !== undefined && (last || done % training.evaluateEvery === 0)) {
        evaluation = await options.evaluate(parametersOf(session), done);
        await log.evaluation(done, evaluation);
      }
      if (last || done % training.checkpointEvery === 0) await save();
      await setImmediate(); // steps block the thread: signals, messages and timers get their turn here
    }
    if (saved < session.state.step) await save();
    team.meet(); // whoever is done knows that all is saved
    return {
      finished: session.state.step >= training.steps,
      step: session.state.step,
      resumedFrom,
      ...(train === undefined ? {} : { train }),
      ...(before === undefined ? {} : { before }),
      ...(evaluation === undefined ? {} : { evaluation }),
    };
  } catch (error) {
    if (isPeerError(error) && saved < session.state.step) await save();
    throw error;
  } finally {
    await batches.close();
    step.dispose();
    updateEma?.dispose();
    disposeSession(session);
  }
}

function inParts(windows: readonly Window[], parts: number): Window[][] {
  const size = windows.length / parts;
  return Array.from({ length: parts }, (_, i) => windows.slice(i * size, (i + 1) * size));
}

function updateAverage(session: Session, update: EmaUpdate): void {
  if (session.ema !== undefined) session.ema = update(session.ema, session.state.trainable);
}

function parametersOf({ state, ema }: Session): Parameters {
  return nestParameters({ ...(ema ?? state.trainable), ...state.frozen });
}
