import { deriveSeed, tf } from '@borealis/tensor';
import type { CodeChoice } from '@borealis/training';
import { StTransformerError } from '../errors.ts';
import type { CompiledModel } from './compiled-model.ts';
import type { DrawInputs } from './draw-codes.ts';
import { forEachRowPart } from './row-parts.ts';

/** Seeds are int32 and not negative. */
const LARGEST_SEED = 2 ** 31 - 1;

/** Codes of places from what the model knows there, `[n c]` → `[n]`; for each `purpose` (a grid, say) others are drawn. */
export type CodeChooser = (hidden: tf.Tensor, purpose: string) => Int32Array;

/** @throws StTransformerError `OPTION` */
export function codeChooser(model: CompiledModel, choice: CodeChoice = {}): CodeChooser {
  checkChoice(choice);
  const { temperature = 0, topK, topP, seed = 0 } = choice;
  return (hidden, purpose) => {
    const codes = new Int32Array(hidden.shape[0]);
    forEachRowPart(hidden, (part, start) => {
      const draw = (): DrawInputs => ({
        temperature: tf.scalar(temperature),
        ...(topP === undefined ? {} : { topP: tf.scalar(topP) }),
        seed: deriveSeed(tf.tensor1d([seed, 0], 'int32'), `${purpose}, place ${start}`),
      });
      const chosen = temperature === 0 ? model.likeliest(part) : model.drawn(part, draw(), topK);
      codes.set(chosen.dataSync(), start);
    });
    return codes;
  };
}

function checkChoice({ temperature = 0, topK, topP, seed = 0 }: CodeChoice): void {
  const refuse = (message: string): never => {
    throw new StTransformerError('OPTION', message);
  };
  if (!(temperature >= 0 && temperature < Infinity))
    refuse(`a temperature of ${temperature}: expected 0, which takes the likeliest codes, or more`);
  if (topK !== undefined && !(Number.isSafeInteger(topK) && topK >= 1))
    refuse(`topK of ${topK}: expected a whole number from 1 on`);
  if (topP !== undefined && !(topP > 0 && topP <= 1))
    refuse(`topP of ${topP}: expected more than 0, at most 1`);
  if (!(Number.isSafeInteger(seed) && seed >= 0 && seed <= LARGEST_SEED))
    refuse(`a seed of ${seed}: expected a whole number from 0 to ${LARGEST_SEED}`);
  if (temperature === 0 && (topK !== undefined || topP !== undefined))
    refuse(
      'topK and topP say what is drawn from, and nothing is drawn at a temperature of 0: give one, 1 say',
    );
}
