import type { Suite } from '../suite.ts';
import { attentionRows } from './attention.ts';
import { causalConvRows } from './causal-conv.ts';
import { ditBlockRows } from './dit-block.ts';
import { geluRows } from './gelu.ts';
import { layerNormRows } from './layer-norm.ts';
import { matmulRow } from './matmul.ts';
import { stBlockRows } from './st-block.ts';
import { stTrainingRow } from './st-training.ts';

export const tensorSuite: Suite = {
  name: 'tensor',
  rows: [
    matmulRow(),
    ...attentionRows(),
    ...layerNormRows(),
    ...geluRows(),
    ...stBlockRows(),
    stTrainingRow(),
    ...ditBlockRows(),
    ...causalConvRows(),
  ],
};
