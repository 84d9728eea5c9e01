import type { Report, Section } from '@borealis/report';
import type { CompressionEvaluation, EvaluatedCompression } from './compression.ts';
import { compressionTables } from './compression-tables.ts';
import { notesOnce } from './notes-once.ts';
import type { RunCurves } from './run-curves.ts';
import { trainingCurves } from './training-curves.ts';
import type { PicturedWindow } from './window-pictures.ts';

export interface CompressionPageInput extends EvaluatedCompression {
  readonly curves: readonly RunCurves[];
}

/** An evaluation as one page. */
export function compressionPage(input: CompressionPageInput): Report {
  const { all, runs } = input.evaluation;
  return {
    title: 'Compression track: future tokens',
    subtitle: `${runs.map(({ name }) => name).join(', ')} on ${all.windows} windows of ${all.segments} segments`,
    sections: compressionSections(input),
  };
}

/** What was predicted to look at, the figures, the training, and what it was all made from. */
export function compressionSections({ evaluation, pictured, curves }: CompressionPageInput): Section[] {
  const { warnings } = evaluation;
  const tables = notesOnce(compressionTables(evaluation));
  const about = ['Models', 'Data'];
  return [
    { kind: 'facts', facts: factsOf(evaluation) },
    { kind: 'heading', text: 'At a glance' },
    {
      kind: 'prose',
      paragraphs: [
        'Of each window some grids of tokens and the robot’s states, past and future, are given; the grids after them are predicted, every token of a grid at once. **true**: each grid from the true ones before it (teacher-forced). **own**: from what was predicted before (autoregressive, greedy), as in the challenge. Cross-entropy in nats per token, lower is better.',
      ],
    },
    ...warnings.map((text): Section => ({ kind: 'prose', paragraphs: [`**Beware:** ${text}.`] })),
    ...overview(evaluation),
    ...pictureSections(pictured),
    { kind: 'heading', text: 'Figures' },
    ...tables.filter(({ caption }) => !about.includes(caption ?? '')),
    ...trainingCurves(curves),
    { kind: 'heading', text: 'What it was made from' },
    ...tables.filter(({ caption }) => about.includes(caption ?? '')),
  ];
}

function factsOf({ all, runs, groups }: CompressionEvaluation) {
  const [first] = runs;
  return [
    { name: 'windows', value: `${all.windows} of ${all.segments} segments` },
    ...groups.map(({ name, windows, segments }) => ({ name, value: `${windows} of ${segments} segments` })),
    { name: 'models', value: `${runs.length}` },
    { name: 'parameters', value: first?.parameterCount.toLocaleString('en') ?? '' },
  ];
}

/** Cross-entropies with their intervals, mode by mode. */
function overview({ all }: CompressionEvaluation): Section[] {
  return (['teacher-forced', 'autoregressive'] as const).flatMap((mode): Section[] => {
    const summaries = all.summaries.filter((summary) => summary.mode === mode);
    if (summaries.length === 0) return [];
    return [
      {
        kind: 'barChart',
        width: 'half',
        title: `Cross-entropy, ${mode}`,
        valueLabel: 'nats per token',
        mark: 'dot',
        digits: 3,
        bars: summaries.map(({ name, crossEntropy }) => ({ name, value: crossEntropy })),
      },
    ];
  });
}

function pictureSections(pictured: readonly PicturedWindow[]): Section[] {
  const typical = pictured.filter(({ kind }) => kind === 'typical');
  const worst = pictured.filter(({ kind }) => kind === 'worst');
  return [
    ...windowSections(
      'What it predicts',
      'Windows of segments spread over the data: what the camera saw, what the model predicts, and the difference, four times as bright. True tokens, decoded, are the best that any prediction in tokens can show. The first frames are given. Films run at a third of the camera’s speed.',
      typical,
    ),
    ...windowSections(
      'Worst windows',
      'Where it is worst against a copy of the last given grid (without baselines: worst at all), no two of one segment.',
      worst,
    ),
  ];
}

function windowSections(title: string, text: string, windows: readonly PicturedWindow[]): Section[] {
  if (windows.length === 0) return [];
  return [
    { kind: 'heading', text: title },
    { kind: 'prose', paragraphs: [text] },
    ...windows.flatMap(({ label, film, frames, truth, tokens, predicted, difference }): Section[] => [
      { kind: 'films', films: [{ label, film }] },
      {
        kind: 'images',
        columns: frames.map((frame, i) => (i === 0 ? `frame ${frame} (given)` : `frame ${frame}`)),
        rows: [
          { label: 'true', images: truth },
          ...(tokens.length === 0 ? [] : [{ label: 'true tokens', images: tokens }]),
          { label: 'predicted', images: predicted },
          { label: 'difference', images: difference },
        ],
      },
    ]),
  ];
}
