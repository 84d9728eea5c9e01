import type { Suite } from '../suite.ts';
import { attentionRows } from '../tensor/attention.ts';

const TOKENS = [1024, 2048, 4096, 8192];
const HEADS = 8;
const DEPTH = 64;

/** How memory grows with the number of tokens: what is to be read is the table's memory, not its times. */
export const attentionMemorySuite: Suite = {
  name: 'attention-memory',
  rows: TOKENS.flatMap((tokens) =>
    attentionRows([1, HEADS, tokens, DEPTH]).map((row) => ({
      ...row,
      name: `${row.name}-${tokens / 1024}k`,
      what: `${row.what}; all scores at once would be ${Math.round((HEADS * tokens ** 2 * 4) / 1e6)} MB in float32`,
    })),
  ),
};
