import type { DatasetDescription } from '@borealis/dataset';
import { stateUnit } from '@borealis/dataset';
import { formatTable } from '@borealis/report';

/** What a dataset holds, for a terminal. */
export function formatDescription(description: DatasetDescription): string {
  return [...contents(description), '', stateTable(description), ...constants(description)].join('\n');
}

function contents(description: DatasetDescription): string[] {
  const { dir, form, layout, hz, frames, seconds, shards, segments, frameSize, tokenShape, tokens } =
    description;
  const lines = [
    `${dir}: ${form} data, ${layout} layout`,
    `${frames} frames, ${seconds.toFixed(1)} s at ${hz} Hz, in ${shards.length} shards`,
    `${segments.count} segments of ${segments.min} to ${segments.max} frames, median ${segments.median}`,
  ];
  if (frameSize !== undefined) lines.push(`pictures of ${frameSize.width} × ${frameSize.height}`);
  if (tokenShape !== undefined) lines.push(`token shape ${tokenShape.join(' × ')} for 17 frames`);
  if (tokens !== undefined) {
    lines.push(`${tokens.grids} grids, ${tokens.codes} codes, ${tokens.distinctCodes} of 64,000 in use`);
    if (tokens.outOfRange > 0) lines.push(`${tokens.outOfRange} codes are outside [0, 64000)`);
  }
  return lines;
}

function stateTable({ states }: DatasetDescription): string {
  const broken = states.some(({ nonFinite }) => nonFinite > 0);
  const number = (key: string, title: string) => ({ key, title, digits: 4 });
  return formatTable(
    [
      { key: 'name', title: 'state' },
      { key: 'unit', title: 'unit' },
      number('min', 'min'),
      number('max', 'max'),
      number('mean', 'mean'),
      number('std', 'deviation'),
      ...(broken ? [{ key: 'nonFinite', title: 'not finite', digits: 0 }] : []),
    ],
    states.map((state) => ({ cells: { ...state, unit: stateUnit(state.name) } })),
  );
}

function constants({ constantStates }: DatasetDescription): string[] {
  return constantStates.length === 0 ? [] : ['', `never changing: ${constantStates.join(', ')}`];
}
