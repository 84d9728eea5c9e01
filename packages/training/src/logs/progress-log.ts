import type { LogValues, TrainingLog, TrainingStart } from './training-log.ts';

export interface ProgressLogOptions {
  /** Default: standard error. On a terminal one line is rewritten, elsewhere a line is written now and then. */
  readonly stream?: {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
  };
  /** Milliseconds on any clock that doesn't go back; `performance.now` unless told. */
  readonly now?: () => number;
  /** Seconds between two lines; 0.1 on a terminal and 10 elsewhere unless told. */
  readonly interval?: number;
}

/** How many of the last steps the rate is taken over. */
const RATE_STEPS = 50;

/** `step 120/500  24 %  3.2 steps/s  2 min left  loss 7.812  val 7.901` */
export function createProgressLog(options: ProgressLogOptions = {}): TrainingLog {
  const stream = options.stream ?? process.stderr;
  const now = options.now ?? (() => performance.now());
  const rewrites = stream.isTTY === true;
  const interval = 1000 * (options.interval ?? (rewrites ? 0.1 : 10));

  let steps = 0;
  let latest = { step: 0, loss: NaN };
  let validation: number | undefined;
  let times: { readonly step: number; readonly time: number }[] = [];
  let shownAt = -Infinity;
  let shownStep = 0;

  function line(): string {
    const { step, loss } = latest;
    const first = times[0];
    const last = times.at(-1);
    const seconds = first === undefined || last === undefined ? 0 : (last.time - first.time) / 1000;
    const rate = seconds > 0 ? ((last?.step ?? 0) - (first?.step ?? 0)) / seconds : undefined;
    return [
      `step ${step}/${steps}`,
      `${Math.floor((100 * step) / steps)} %`,
      ...(rate === undefined ? [] : [formatRate(rate), `${formatSeconds((steps - step) / rate)} left`]),
      `loss ${loss.toFixed(3)}`,
      ...(validation === undefined ? [] : [`val ${validation.toFixed(3)}`]),
    ].join('  ');
  }

  function show(): void {
    shownAt = now();
    shownStep = latest.step;
    // A line wider than the terminal would wrap, and only its last row be rewritten.
    if (rewrites) stream.write(`\r\x1b[2K${line().slice(0, (stream.columns ?? 80) - 1)}`);
    else stream.write(`${line()}\n`);
  }

  return {
    start: (start) => {
      steps = start.steps;
      latest = { step: start.step, loss: NaN };
      shownStep = start.step;
      times = [{ step: start.step, time: now() }];
      shownAt = now();
      if (start.from !== undefined) stream.write(`${startLine(start.from)}\n`);
    },
    train: (step: number, values: LogValues) => {
      latest = { step, loss: values['loss'] ?? NaN };
      times.push({ step, time: now() });
      if (times.length > RATE_STEPS + 1) times.shift();
      if (now() - shownAt >= interval) show();
    },
    evaluation: (_, values) => {
      validation = values['loss'];
      times = [{ step: latest.step, time: now() }]; // evaluating is no part of the rate
    },
    flush: () => undefined,
    close: () => {
      if (latest.step > shownStep) show();
      if (rewrites && latest.step > 0) stream.write('\n');
    },
  };
}

/** How many new parameters are named. */
const NAMED = 3;

/** `starts from models/base: 120 parameters; 4 are new: lora.a, lora.b, states.c, …` */
function startLine({ location, loaded, fresh }: NonNullable<TrainingStart['from']>): string {
  const names = [...fresh.slice(0, NAMED), ...(fresh.length > NAMED ? ['…'] : [])].join(', ');
  const news = fresh.length === 0 ? '' : `; ${fresh.length} are new: ${names}`;
  return `starts from ${location}: ${loaded} parameters${news}`;
}

function formatRate(rate: number): string {
  return rate >= 1 ? `${rate.toFixed(1)} steps/s` : `${(1 / rate).toFixed(1)} s/step`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
