/** The learning rate of a step, counted from 0. */
export type Schedule = (step: number) => number;

export function constantSchedule(rate: number): Schedule {
  return () => rate;
}

/**
 * Linear warm-up from 0, then linear decay to 0 (transformers' `get_linear_schedule_with_warmup`): the very first step
 * has rate 0.
 */
export function warmupLinearSchedule(options: {
  readonly peak: number;
  readonly warmup: number;
  readonly total: number;
}): Schedule {
  const { peak, warmup, total } = options;
  return (step) => {
    if (step < warmup) return peak * (step / Math.max(1, warmup));
    return peak * Math.max(0, (total - step) / Math.max(1, total - warmup));
  };
}

/** Linear warm-up, then the upper half of a cosine down to `floor` · peak. */
export function warmupCosineSchedule(options: {
  readonly peak: number;
  readonly warmup: number;
  readonly total: number;
  readonly floor?: number;
}): Schedule {
  const { peak, warmup, total, floor = 0 } = options;
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / Math.max(1, warmup);
    const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
    return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
  };
}
