import type { CounterfactualEvaluation } from '../evaluate/counterfactuals.ts';
import { evaluateCounterfactuals } from '../evaluate/counterfactuals.ts';
import type { Start } from './start.ts';

/** Whether predictions follow what the robot does; null where the data has no pairs of ways to act. */
export async function counterfactualStage(
  { pairs, stage, plan, tellOrStop }: Pick<Start, 'pairs' | 'stage' | 'plan' | 'tellOrStop'>,
  models: { readonly runs: readonly string[]; readonly vae?: string; readonly tokenizer: string },
): Promise<CounterfactualEvaluation | null> {
  if (pairs === null) return null;
  return stage('counterfactuals', (tell) =>
    evaluateCounterfactuals({
      ...{ ...models, ...pairs, settings: plan.counterfactuals },
      onProgress: tellOrStop(tell),
    }),
  );
}
