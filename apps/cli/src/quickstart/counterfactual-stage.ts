import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CounterfactualEvaluation } from '../evaluate/counterfactuals.ts';
import { evaluateCounterfactuals } from '../evaluate/counterfactuals.ts';
import { plan } from './plan.ts';
import type { Start } from './start.ts';

/** Whether predictions follow what the robot does; null where the data has no pairs of ways to act. */
export async function counterfactualStage(
  { pairs, stage }: Pick<Start, 'pairs' | 'stage'>,
  models: { readonly runs: readonly string[]; readonly vae?: string; readonly tokenizer: string },
): Promise<CounterfactualEvaluation | null> {
  const [a, b] = [join(pairs, 'a'), join(pairs, 'b')];
  if (!existsSync(a) || !existsSync(b)) return null;
  return stage('counterfactuals', (onProgress) =>
    evaluateCounterfactuals({ ...models, ...{ a, b, onProgress }, settings: plan.counterfactuals }),
  );
}
