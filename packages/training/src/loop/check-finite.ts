import type { Window } from '@borealis/dataset';
import { TrainingError } from '../errors.ts';
import type { StepLogs } from '../optimizer/train-step.ts';

/** @throws TrainingError `NOT_FINITE`: the step, its windows, and the checkpoint to go back to */
export function checkFinite(
  logs: StepLogs,
  at: { readonly step: number; readonly windows: readonly Window[]; readonly saved: number },
): void {
  if (Number.isFinite(logs.loss) && Number.isFinite(logs.gradientNorm)) return;
  const places = at.windows
    .slice(0, 4)
    .map(({ shard, start }) => `shard ${shard} frame ${start}`)
    .join(', ');
  const back =
    at.saved === 0 ? 'nothing is saved yet' : `the last good checkpoint is that of step ${at.saved}`;
  throw new TrainingError(
    'NOT_FINITE',
    `step ${at.step}: loss ${logs.loss}, gradient norm ${logs.gradientNorm}; nothing of it was saved, ${back}. ` +
      `Its windows: ${places}${at.windows.length > 4 ? ', …' : ''}. Look at those, or lower the learning rate.`,
  );
}
