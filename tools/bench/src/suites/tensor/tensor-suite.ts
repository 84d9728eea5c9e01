import type { Suite } from '../suite.ts';
import { attentionRows } from './attention.ts';
import { geluRows } from './gelu.ts';
import { layerNormRows } from './layer-norm.ts';
import { matmulRow } from './matmul.ts';
import { stBlockRows } from './st-block.ts';

export const tensorSuite: Suite = {
  name: 'tensor',
  rows: [matmulRow(), ...attentionRows(), ...layerNormRows(), ...geluRows(), ...stBlockRows()],
};
