import type { Schedule } from '../optimizer/schedule.ts';
import { constantSchedule, warmupCosineSchedule, warmupLinearSchedule } from '../optimizer/schedule.ts';
import type { TrainingConfig } from './training-config.ts';

/** The learning rate of each step, counted from 0. */
export function scheduleOf({ schedule, steps: total }: Pick<TrainingConfig, 'schedule' | 'steps'>): Schedule {
  switch (schedule.kind) {
    case 'constant':
      return constantSchedule(schedule.rate);
    case 'warmup-linear':
      return warmupLinearSchedule({ ...schedule, total });
    case 'warmup-cosine':
      return warmupCosineSchedule({ ...schedule, total });
  }
}
