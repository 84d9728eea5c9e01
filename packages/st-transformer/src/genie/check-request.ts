import type { TokenGrids } from '@borealis/dataset';
import { StTransformerError } from '../errors.ts';
import type { GenerateOptions } from './generate-options.ts';
import type { GenieConfig } from './genie-config.ts';

/** @throws StTransformerError `WINDOW`, `OPTION` */
export function checkRequest(
  config: GenieConfig,
  sequences: readonly TokenGrids[],
  options: GenerateOptions,
): void {
  const { steps = 2, keep = 'random', temperature = 0, random } = options;
  if (!Number.isInteger(steps) || steps < 1)
    throw new StTransformerError('OPTION', `${steps} steps can't be taken`);
  if (!(temperature >= 0)) throw new StTransformerError('OPTION', `temperature is ${temperature}: 0 or more`);
  if (random === undefined && (temperature > 0 || (keep === 'random' && steps > 1))) {
    throw new StTransformerError('OPTION', "random is needed, but for keep: 'confident' at temperature 0");
  }
  const [count] = sequences.map((sequence) => sequence.count);
  for (const { data, count: own, height, width } of sequences) {
    const size = `${own} grids of ${height}×${width} in ${data.length} codes`;
    if (height * width !== config.places || data.length !== own * config.places || own < 1)
      throw new StTransformerError(
        'WINDOW',
        `${size}: grids of ${config.places} places are needed, 1 at least`,
      );
    if (own !== count)
      throw new StTransformerError('WINDOW', `${size} beside ${count} grids: equally many are needed`);
    const wrong = data.find((code) => code < 0 || code >= config.codes);
    if (wrong !== undefined)
      throw new StTransformerError('WINDOW', `code ${wrong} is outside [0, ${config.codes})`);
  }
}
