import type { TableSection } from '@borealis/report';
import type { CompressionEvaluation } from './compression.ts';

export function modelTable({ runs }: CompressionEvaluation): TableSection {
  return {
    kind: 'table',
    caption: 'Models',
    columns: [
      { key: 'name', title: 'run' },
      { key: 'parameters', title: 'parameters', digits: 0 },
      { key: 'step', title: 'steps', digits: 0 },
      { key: 'weights', title: 'weights' },
      { key: 'training', title: 'trained on' },
      { key: 'validation', title: 'validated on' },
    ],
    rows: runs.map(({ name, parameterCount, step, weights, training, validation }) => ({
      cells: {
        ...{ name, parameters: parameterCount, step },
        ...{ weights: short(weights), training: short(training), validation: short(validation) },
      },
    })),
    note: 'First digits of SHA-256.',
  };
}

export function dataTable({ hashes }: CompressionEvaluation): TableSection {
  const rows = Object.entries({
    'predicted tokens': hashes.data,
    'tokens that baselines were fitted on': hashes.training,
    'raw video': hashes.video,
    tokenizer: hashes.tokenizer,
  }).flatMap(([name, hash]) => (hash === undefined ? [] : [{ cells: { name, hash } }]));
  return {
    kind: 'table',
    caption: 'Data',
    columns: [
      { key: 'name', title: 'what' },
      { key: 'hash', title: 'SHA-256' },
    ],
    rows,
  };
}

function short(hash: string | null): string {
  return hash === null ? 'none' : hash.slice(0, 12);
}
