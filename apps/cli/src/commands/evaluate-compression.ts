import { basename, dirname } from 'node:path';
import type { PredictionMode } from '@borealis/evaluator';
import { Command, Option } from 'commander';
import type { EvaluateCompressionOptions, EvaluatedCompression } from '../evaluate/compression.ts';
import type { EvaluationOptions } from './evaluation-options.ts';
import { addPageOptions, addWindowOptions, checkPage } from './evaluation-options.ts';

interface Options extends EvaluationOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly run: readonly string[];
  readonly train?: string;
  readonly versus?: readonly string[];
  readonly shuffleStates?: boolean;
  readonly mode: readonly PredictionMode[];
  readonly tokenizer?: string;
  readonly video?: string;
}

const EXAMPLES = `
Examples:
  borealis evaluate compression --data tokens/val --run runs/st
  borealis evaluate compression --data tokens/val --train tokens/train --run on-1 on-2 on-3 --versus off-1 off-2 off-3 \\
    --groups data/episodes.json --known-rooms 0-7 --shuffle-states --video data/val --report report.html`;

export function evaluateCompressionCommand(): Command {
  const command = new Command('compression')
    .description(
      'future tokens: cross-entropy, top-500, perplexity, hits, PSNR of decoded frames; with 95 % intervals over segments, against baselines',
    )
    .requiredOption('--data <DIR>', 'tokens to predict')
    .requiredOption(
      '--run <RUN...>',
      'trained runs or model folders; several are seeds of one recipe, and averaged',
    )
    .option('--train <DIR>', 'tokens to fit the baselines on: uniform, unigram, copy (default: no baselines)')
    .option('--versus <RUN...>', 'runs of another recipe: the difference, paired by window')
    .option('--shuffle-states', 'score the runs with the robot states of another segment, too')
    .addOption(
      new Option('--mode <MODE...>', 'what each grid is predicted from: the true ones before it, or its own')
        .choices(['teacher-forced', 'autoregressive'])
        .default(['teacher-forced', 'autoregressive']),
    );
  addWindowOptions(command, 'the raw data')
    .option(
      '--tokenizer <FILE>',
      'block FSQ or Cosmos weights, to decode with (default: tokenizer.safetensors beside the tokens)',
    )
    .option(
      '--video <DIR>',
      'raw data that the tokens were made of, to compare decoded frames with (default: decoded true tokens)',
    );
  return addPageOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const { json, markdown, report } = options;
      checkPage(options);
      const { evaluateCompression } = await import('../evaluate/compression.ts');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const result = await evaluateCompression(settingsOf(options, progress.tell));
      if (report !== undefined) progress.tell(`report: done, ${await writePage(report, options, result)}`);
      progress.end();
      const { evaluation } = result;
      for (const warning of evaluation.warnings) console.error(`beware: ${warning}`);
      if (json === true) {
        console.log(JSON.stringify(evaluation, null, 2));
        return;
      }
      const { compressionTables } = await import('../evaluate/compression-tables.ts');
      const { formatTables, markdownTables } = await import('../evaluate/format-tables.ts');
      console.log((markdown === true ? markdownTables : formatTables)(compressionTables(evaluation)));
    });
}

function settingsOf(
  options: Options,
  onProgress: EvaluateCompressionOptions['onProgress'],
): EvaluateCompressionOptions {
  const { data, run, train, versus = [], shuffleStates = false, mode, windows } = options;
  const { groups, split, knownRooms, tokenizer, video, report, pictures } = options;
  return {
    ...{ data, runs: run, versus, shuffleStates, modes: mode, onProgress },
    ...(train === undefined ? {} : { training: train }),
    ...(windows === undefined ? {} : { windows }),
    ...(groups === undefined ? {} : { rooms: { file: groups, split, knownRooms } }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(video === undefined ? {} : { video }),
    ...(report === undefined ? {} : { pictures: { typical: pictures, worst: pictures } }),
  };
}

async function writePage(
  file: string,
  { run, versus = [] }: Options,
  result: EvaluatedCompression,
): Promise<string> {
  const { writeReport } = await import('@borealis/report');
  const { compressionPage } = await import('../evaluate/compression-page.ts');
  const { runCurves } = await import('../evaluate/run-curves.ts');
  const page = compressionPage({ ...result, curves: await runCurves([...run, ...versus]) });
  return writeReport(dirname(file), page, { fileName: basename(file) });
}
