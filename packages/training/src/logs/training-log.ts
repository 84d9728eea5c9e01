/** Numbers by name: `loss`, `gradientNorm`, what the model adds. */
export type LogValues = Readonly<Record<string, number>>;

/** Where training begins or goes on. */
export interface TrainingStart {
  /** Steps done: 0, or the step of the checkpoint that was restored. Records of later steps are of a lost future. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** Weights that step 0 starts from, where they aren't drawn: how many were there, and which parameters they lack. */
  readonly from?: {
    readonly location: string;
    readonly loaded: number;
    readonly fresh: readonly string[];
  };
}

/** Who is told how training goes. Steps are counted from 1: `train(1, …)` is after the first update. */
export interface TrainingLog {
  start(start: TrainingStart): Promise<void> | void;
  train(step: number, values: LogValues): Promise<void> | void;
  evaluation(step: number, values: LogValues): Promise<void> | void;
  /** Before a checkpoint is saved: what was logged until now must outlive a crash. */
  flush(): Promise<void> | void;
  close(): Promise<void> | void;
}

/** Several logs as one; each is told in turn. */
export function combineLogs(logs: readonly TrainingLog[]): TrainingLog {
  const each = async (tell: (log: TrainingLog) => Promise<void> | void): Promise<void> => {
    for (const log of logs) await tell(log);
  };
  return {
    start: (start) => each((log) => log.start(start)),
    train: (step, values) => each((log) => log.train(step, values)),
    evaluation: (step, values) => each((log) => log.evaluation(step, values)),
    flush: () => each((log) => log.flush()),
    close: () => each((log) => log.close()),
  };
}
