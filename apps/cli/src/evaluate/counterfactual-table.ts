import type { Interval } from '@borealis/metrics';
import type { TableSection } from '@borealis/report';
import type { CounterfactualEvaluation } from './counterfactuals.ts';

/** How often predictions follow the actions, for a terminal, a page or a document. */
export function counterfactualTable({ frame, windows, summaries }: CounterfactualEvaluation): TableSection {
  return {
    kind: 'table',
    caption: `Two ways to act from each of ${windows} contexts, frame ${frame}`,
    columns: [
      { key: 'name', title: 'predictor' },
      { key: 'nearer', title: 'nearer to its own truth', unit: '%', digits: 1, best: 'highest' },
      { key: 'told', title: 'truth nearer to its own prediction', unit: '%', digits: 1, best: 'highest' },
      { key: 'margin', title: 'by', unit: 'dB', best: 'highest' },
      { key: 'between', title: 'between the truths', unit: 'dB' },
    ],
    rows: summaries.map(({ name, nearer, told, margin, between }) => ({
      cells: {
        name,
        nearer: percent(nearer),
        told: percent(told),
        margin,
        between: between.mean,
      },
    })),
    note:
      'Each prediction is held against what its own actions led to and what the others did, then each of these against both predictions: ' +
      '50 % for whoever does not hear the states. Two bland predictions may both be nearest to the blander truth. ' +
      'In brackets: 95 % intervals, bootstrapped over segments.',
  };
}

function percent(share: Interval): Interval {
  return { ...share, mean: 100 * share.mean, low: 100 * share.low, high: 100 * share.high };
}
