import type { TokenSummary } from '@borealis/evaluator';
import type { LogValues, MetricRecord } from '@borealis/training';
import type { Report, Section, TableColumn } from '@borealis/report';
import type { CompressionResult, NamedDifference } from './compression-stage.ts';
import type { PicturedWindow } from './pictures.ts';
import { STILLS } from './pictures.ts';
import type { SamplingResult } from './sampling-stage.ts';
import type { TokenizerResult } from './tokenizer-stage.ts';
import type { TrainingResult } from './training-stage.ts';

export interface QuickstartResults {
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly tokenizer: TokenizerResult;
  readonly training: TrainingResult;
  readonly metrics: readonly MetricRecord[];
  readonly compression: CompressionResult;
  readonly sampling: SamplingResult;
  readonly pictures: readonly PicturedWindow[];
}

const INTERVALS =
  'In brackets: 95 % intervals, bootstrapped over segments, since windows of one segment are not independent.';

/** The quickstart's results as one page. */
export function reportPage(results: QuickstartResults): Report {
  return {
    title: 'Borealis quickstart',
    subtitle: 'A world model of a simulated humanoid, trained and evaluated on this machine',
    sections: [
      ...pictureSections(results.pictures),
      ...compressionSections(results),
      ...samplingSections(results.sampling),
      ...tokenizerSections(results.tokenizer),
      { kind: 'heading', text: 'This run' },
      { kind: 'facts', facts: results.facts },
    ],
  };
}

function pictureSections(pictures: readonly PicturedWindow[]): Section[] {
  return [
    { kind: 'heading', text: 'What it imagines' },
    {
      kind: 'prose',
      paragraphs: [
        'The model is given 17 frames and the robot’s states, past and future, and imagines the next two seconds. ' +
          'Left: what the camera saw. Middle: the same through the tokenizer, the best that any prediction in tokens can show. ' +
          'Right: 17 given frames, then imagination.',
      ],
    },
    { kind: 'films', films: pictures.map(({ label, film }) => ({ label, film })) },
    ...pictures.slice(0, 1).map(({ label, truth, decoded, predicted, difference }): Section => ({
      kind: 'images',
      caption: `${label}; differences are magnified four times`,
      columns: STILLS.map((frame) => `frame ${frame}`),
      rows: [
        { label: 'true', images: truth },
        { label: 'true tokens', images: decoded },
        { label: 'imagined', images: predicted },
        { label: 'difference', images: difference },
      ],
    })),
  ];
}

function compressionSections({ compression: result, metrics, training }: QuickstartResults): Section[] {
  const forced = result.summaries.filter(({ mode }) => mode === 'teacher-forced');
  const own = result.summaries.filter(({ mode }) => mode === 'autoregressive');
  return [
    { kind: 'heading', text: 'Compression track: future tokens' },
    {
      kind: 'prose',
      paragraphs: [
        'Three grids of tokens and the robot’s states are given, the next three grids are to be predicted: every token of a ' +
          'grid at once, grid after grid. Cross-entropy in nats per token, lower is better; uniform over 64,000 codes is 11.07. ' +
          'Top-500 cross-entropy is by Borealis’ own definition, since the challenge’s scorer is not public.',
      ],
    },
    curves(metrics),
    { kind: 'prose', paragraphs: [lossesOf(training)] },
    tokenTable('Every grid predicted from the true ones before it (teacher-forced)', forced),
    tokenTable('Every grid predicted from the model’s own (autoregressive, greedy)', own),
    differenceTable('Model minus other, teacher-forced cross-entropy', 'nats', result.differences),
    {
      kind: 'prose',
      paragraphs: [
        `${result.windows} windows of ${result.segments} validation segments. ${INTERVALS} “States of another segment” is the ` +
          'same model shown the robot states of a different recording: what it loses, it had from the states.',
      ],
    },
  ];
}

/** `Validation loss: 3.412 before, 3.297 after 120 steps.` */
export function lossesOf({ steps, before, after }: TrainingResult): string {
  const loss = (values: LogValues | null) => values?.['loss']?.toFixed(3);
  const start = before === null ? 'from scratch' : `${loss(before)} before`;
  return `Validation loss, nats per token: ${start}, ${loss(after)} after ${steps} steps.`;
}

function curves(metrics: readonly MetricRecord[]): Section {
  const points = (kind: MetricRecord['kind'], name: string) =>
    metrics
      .filter((record) => record.kind === kind)
      .map((record): readonly [number, number] => [record.step, record.values[name] ?? NaN]);
  return {
    kind: 'lineChart',
    title: 'Loss while training',
    xLabel: 'step',
    yLabel: 'nats per token',
    series: [
      { name: 'training batch', points: points('train', 'loss'), style: 'faint' },
      { name: 'validation', points: points('validation', 'loss') },
    ],
    references: [{ name: 'uniform', value: Math.log(64_000) }],
  };
}

const TOKEN_COLUMNS: readonly TableColumn[] = [
  { key: 'name', title: 'predictor' },
  { key: 'crossEntropy', title: 'cross-entropy', unit: 'nats', best: 'lowest', digits: 3 },
  { key: 'top500', title: 'top-500 CE', unit: 'nats', best: 'lowest', digits: 3 },
  { key: 'hitRate', title: 'true code among 500', unit: '%', best: 'highest', digits: 1 },
  { key: 'accuracy', title: 'likeliest code right', unit: '%', best: 'highest', digits: 1 },
];

function tokenTable(caption: string, summaries: readonly TokenSummary[]): Section {
  return {
    kind: 'table',
    caption,
    columns: TOKEN_COLUMNS,
    rows: summaries.map(({ name, crossEntropy, topKCrossEntropy, hitRate, accuracy }) => ({
      cells: {
        name,
        crossEntropy,
        top500: topKCrossEntropy,
        hitRate: hitRate.mean * 100,
        accuracy: accuracy.mean * 100,
      },
    })),
  };
}

function differenceTable(caption: string, unit: string, differences: readonly NamedDifference[]): Section {
  return {
    kind: 'table',
    caption,
    columns: [
      { key: 'name', title: 'other' },
      { key: 'difference', title: 'difference', unit, digits: 3 },
      { key: 'clear', title: 'interval excludes 0' },
    ],
    rows: differences.map(({ name, difference }) => ({
      cells: { name, difference, clear: difference.excludesZero ? 'yes' : 'no' },
    })),
  };
}

function samplingSections(result: SamplingResult): Section[] {
  return [
    { kind: 'heading', text: 'Sampling track: frame 77' },
    {
      kind: 'prose',
      paragraphs: [
        '17 frames and 77 robot states are given, frame 77 is to be predicted, two seconds later. PSNR in dB of that frame, ' +
          'rounded to 8 bits; higher is better. The mean of the given frames is blurred and so scores well: PSNR rewards caution. ' +
          'The token model commits itself to one future, which this number punishes; the diffusion sampler and its ensembles ' +
          'are what this track is for.',
      ],
    },
    {
      kind: 'table',
      columns: [
        { key: 'name', title: 'predictor' },
        { key: 'psnr', title: 'PSNR', unit: 'dB', best: 'highest' },
        { key: 'pooled', title: 'PSNR of the pooled error', unit: 'dB', best: 'highest' },
        { key: 'ssim', title: 'SSIM', best: 'highest', digits: 3 },
      ],
      rows: result.summaries.map(({ name, ceiling, psnr, pooledPsnr, ssim }) => ({
        reference: ceiling,
        cells: { name, psnr, pooled: pooledPsnr.mean, ssim },
      })),
      note: `${result.windows} windows. ${INTERVALS}`,
    },
    differenceTable('Model minus other, PSNR', 'dB', result.differences),
  ];
}

function tokenizerSections({ chosen, validation }: TokenizerResult): Section[] {
  const rows = [
    ...validation.kinds.map((kind, i) => ({
      name: ['first frame', 'frames 2 to 9', 'frames 10 to 17'][i] ?? '',
      kind,
    })),
    { name: 'all', kind: validation.total },
  ];
  return [
    { kind: 'heading', text: 'The tokenizer' },
    {
      kind: 'prose',
      paragraphs: [
        'Block FSQ: no network, a linear basis of six numbers for each block of 8 × 8 pixels by 8 frames, fitted on ' +
          (chosen === null
            ? 'recordings of the same robot'
            : `the training frames (${chosen.toUpperCase()} chosen of KLT and DCT)`) +
          ' and quantised to 64,000 codes. It stands in for a ' +
          'learned tokenizer so that everything runs on any video.',
      ],
    },
    {
      kind: 'table',
      caption: 'Validation frames, reconstructed',
      columns: [
        { key: 'name', title: 'part of a clip' },
        { key: 'unquantized', title: 'six numbers', unit: 'dB' },
        { key: 'quantized', title: 'quantised', unit: 'dB' },
        { key: 'decoded', title: 'decoded', unit: 'dB' },
      ],
      rows: rows.map(({ name, kind }) => ({
        cells: {
          name,
          unquantized: kind.unquantized.mean,
          quantized: kind.quantized.mean,
          decoded: kind.decoded.mean,
        },
      })),
      note: 'PSNR, mean of the frames’ dB. “Decoded” is what the tokenizer gives: quantised, and seen together with the blocks around and before.',
    },
  ];
}
