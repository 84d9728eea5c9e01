import { combineLogs } from '@borealis/training';
import type { TrainSettings } from './train-settings.ts';
import { train } from './train.ts';

/** The entry of a process that trains as it is told, on and on, and says each step. */
const settings = JSON.parse(process.argv[2] ?? '') as TrainSettings;
await train({
  ...settings,
  training: { ...settings.training, steps: 1_000_000 },
  log: {
    ...combineLogs([]),
    train: (step) => {
      console.log(step);
    },
  },
});
