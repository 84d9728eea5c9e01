import type { Report, Section } from '@borealis/report';
import { compressionSections } from '../evaluate/compression-page.ts';
import { counterfactualTable } from '../evaluate/counterfactual-table.ts';
import type { RunCurves } from '../evaluate/run-curves.ts';
import { samplingSections } from '../evaluate/sampling-page.ts';
import type { CompressionTrack } from './compression-track.ts';
import type { SamplingTrack } from './sampling-track.ts';
import type { TokenizerResult } from './tokenizer-stage.ts';
import { trainingLines } from './training-lines.ts';

export interface QuickstartResults {
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly compression: CompressionTrack;
  readonly sampling: SamplingTrack;
  /** Of the trainings. */
  readonly curves: Readonly<Record<'compression' | 'sampling', readonly RunCurves[]>>;
}

/** The quickstart's results as one page. */
export function reportPage({ facts, compression, sampling, curves }: QuickstartResults): Report {
  return {
    title: 'Borealis quickstart',
    subtitle: 'A world model of a simulated humanoid, trained and evaluated on this machine',
    sections: [
      { kind: 'facts', facts },
      prose(...trainingLines({ compression: compression.training, sampling: sampling.training })),
      { kind: 'heading', text: 'Sampling track: frame 77' },
      prose(
        '17 frames and 77 robot states are given, past and future; frame 77, two seconds later, is to be predicted. PSNR rewards caution: the mean of several drawn futures does better than each of them, and the token model, which commits itself to one, does worse.',
      ),
      ...below(samplingSections({ ...sampling, curves: curves.sampling })),
      ...counterfactualSections(sampling),
      { kind: 'heading', text: 'Compression track: future tokens' },
      prose(
        'Three grids of tokens and the robot’s states are given, the next three grids are to be predicted. Uniform over 64,000 codes is 11.07 nats per token. “States shuffled” is the same model shown the states of another recording: what it loses, it had from the states.',
      ),
      ...below(compressionSections({ ...compression, curves: curves.compression })),
      ...tokenizerSections(compression.tokenizer),
    ],
  };
}

function prose(...paragraphs: string[]): Section {
  return { kind: 'prose', paragraphs };
}

/** Sections of a page under a heading of this one. */
function below(sections: readonly Section[]): Section[] {
  return sections.map((section) => (section.kind === 'heading' ? { ...section, level: 3 } : section));
}

function counterfactualSections({ counterfactuals }: SamplingTrack): Section[] {
  if (counterfactuals === null) return [];
  return [
    { kind: 'heading', text: 'Does it follow what the robot does?', level: 3 },
    prose(
      'From one context the robot acts in one way, then in another. Each prediction should be nearer to what its own actions led to.',
    ),
    counterfactualTable(counterfactuals),
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
