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
      { key: 'margin', title: 'by', unit: 'dB', best: 'highest' },
      { key: 'between', title: 'between the truths', unit: 'dB' },
    ],
    rows: summaries.map(({ name, nearer, margin, between }) => ({
      cells: {
        name,
        nearer: { mean: 100 * nearer.mean, low: 100 * nearer.low, high: 100 * nearer.high },
        margin,
        between: between.mean,
      },
    })),
    note:
      'Each prediction is held against what its own actions led to and what the others did: 50 % for whoever does not hear the states. ' +
      'In brackets: 95 % intervals, bootstrapped over segments.',
  };
}
