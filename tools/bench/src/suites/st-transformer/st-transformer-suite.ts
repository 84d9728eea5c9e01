import type { Suite } from '../suite.ts';
import { attentionFormRows } from './attention-forms.ts';
import { generationRow } from './generation.ts';
import { recomputedTrainingRow, trainingRow } from './training.ts';

/** The whole model at its published size. */
export const stTransformerSuite: Suite = {
  name: 'st-transformer',
  rows: [trainingRow(), recomputedTrainingRow(), generationRow(), ...attentionFormRows()],
};
