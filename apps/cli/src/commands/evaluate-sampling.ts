import { basename, dirname } from 'node:path';
import { Command, Option } from 'commander';
import type { EvaluateSamplingOptions } from '../evaluate/sampling.ts';
import type { EvaluationOptions } from './evaluation-options.ts';
import { addPageOptions, addWindowOptions, checkPage } from './evaluation-options.ts';
import type { FrameModelOptions } from './frame-model-options.ts';
import { addFrameModelOptions } from './frame-model-options.ts';
import { numberList, wholeNumberFrom, wholeNumberList } from './number-options.ts';
import type { CombinationOptions, DrawingOptions } from './sampling-options.ts';
import { addCombinationOption, addDrawingOptions } from './sampling-options.ts';

interface Options extends CombinationOptions, DrawingOptions, EvaluationOptions, FrameModelOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly train: string;
  readonly run?: string;
  readonly versus?: readonly string[];
  readonly samples: readonly number[];
  readonly steps: readonly number[];
  readonly guidance: readonly number[];
  readonly sweepSamples: number;
  readonly sweepWindows: number;
  readonly whole: number;
  readonly shuffleStates?: boolean;
  readonly stride: number;
  readonly lpips?: string;
  readonly fid?: string;
}

const EXAMPLES = `
Examples:
  borealis evaluate sampling --data data/val --train data/train
  borealis evaluate sampling --data data/val --train data/train --run runs/dit --vae runs/vae --samples 1,2,5,10,20
  borealis evaluate sampling --data data/val --train data/train --run lora --versus control base --vae vae \\
    --steps 20,5,10,50,100 --guidance 1,1.5,3 --shuffle-states --groups data/episodes.json --report report.html

The first of --steps and of --guidance is what everything is drawn with; the others are compared with it. The samples of a
window are drawn once, for the largest number; fewer are the first of them.`;

export function evaluateSamplingCommand(): Command {
  const command = new Command('sampling')
    .description(
      'frame 77 from 17 frames and 77 states: PSNR and SSIM of samples, alone and made into one, token models and baselines; with 95 % intervals over segments',
    )
    .requiredOption('--data <DIR>', 'raw data to predict')
    .requiredOption('--train <DIR>', 'raw data that blurs are tuned on')
    .option('--run <RUN>', 'a trained run or model folder (default: baselines alone)')
    .option('--versus <RUN...>', 'others, to compare with: the difference, paired by window');
  addFrameModelOptions(command)
    .addOption(
      new Option('--samples <numbers>', 'so many as one are scored')
        .argParser(wholeNumberList)
        .default([1, 2, 5, 10, 20], '1,2,5,10,20'),
    )
    .addOption(
      new Option('--steps <numbers>', 'steps of the solver').argParser(wholeNumberList).default([20], '20'),
    )
    .addOption(
      new Option('--guidance <scales>', 'away from what is said without states; 1: none')
        .argParser(numberList(() => true, 'Numbers, e.g. 1,1.5,3.'))
        .default([1], '1'),
    )
    .addOption(
      new Option('--sweep-samples <n>', 'samples for comparisons of steps and guidance')
        .argParser(wholeNumberFrom(1))
        .default(5),
    )
    .addOption(
      new Option('--sweep-windows <n>', 'windows for these, at most')
        .argParser(wholeNumberFrom(1))
        .default(50),
    )
    .addOption(
      new Option('--whole <n>', 'samples that are scored in every frame, too; 0: the last frame alone')
        .argParser(wholeNumberFrom(0))
        .default(5),
    )
    .option('--shuffle-states', 'score the run with the robot states of another segment, too')
    .addOption(
      new Option('--stride <frames>', 'from one window to the next').argParser(wholeNumberFrom(1)).default(8),
    );
  addWindowOptions(command, 'the data')
    .option(
      '--lpips <FILE>',
      'LPIPS weights in safetensors: how far last frames look apart (default: not told)',
    )
    .option('--fid <FILE>', 'weights of pytorch-fid’s Inception in safetensors, likewise');
  addPageOptions(command);
  return addDrawingOptions(addCombinationOption(command))
    .addHelpText('after', EXAMPLES)
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const { json, markdown, report } = options;
      checkPage(options);
      const { evaluateSampling } = await import('../evaluate/sampling.ts');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const evaluated = await evaluateSampling({ ...evaluationOf(options), onProgress: progress.tell });
      progress.end();
      if (report !== undefined) {
        const { samplingPage } = await import('../evaluate/sampling-page.ts');
        const { writeReport } = await import('@borealis/report');
        const { runCurves } = await import('../evaluate/run-curves.ts');
        const { run, versus = [] } = options;
        const curves = await runCurves(run === undefined ? [] : [run, ...versus]);
        await writeReport(dirname(report), samplingPage({ ...evaluated, curves }), {
          fileName: basename(report),
        });
      }
      const { evaluation } = evaluated;
      if (json === true) {
        console.log(JSON.stringify(evaluation, null, 2));
        return;
      }
      const { samplingTables } = await import('../evaluate/sampling-tables.ts');
      const { formatTables, markdownTables } = await import('../evaluate/format-tables.ts');
      console.log((markdown === true ? markdownTables : formatTables)(samplingTables(evaluation)));
    });
}

function evaluationOf(options: Options): Omit<EvaluateSamplingOptions, 'onProgress'> {
  const {
    data,
    train,
    run,
    versus = [],
    vae,
    tokenizer,
    stride,
    windows,
    groups,
    lpips,
    fid,
    report,
  } = options;
  const {
    samples,
    combine: combination,
    steps,
    guidance,
    solver,
    seed,
    together,
    precision,
    whole,
  } = options;
  return {
    ...{ data, training: train, versus, stride },
    settings: {
      ...{ samples, combination, steps, guidance, solver, seed, together, precision, whole },
      shuffleStates: options.shuffleStates ?? false,
      sweep: { samples: options.sweepSamples, windows: options.sweepWindows },
    },
    ...(run === undefined ? {} : { run }),
    ...(vae === undefined ? {} : { vae }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(windows === undefined ? {} : { windows }),
    ...(groups === undefined
      ? {}
      : { rooms: { file: groups, split: options.split, knownRooms: options.knownRooms } }),
    ...(lpips === undefined && fid === undefined
      ? {}
      : { perceptual: { ...(lpips === undefined ? {} : { lpips }), ...(fid === undefined ? {} : { fid }) } }),
    ...(report === undefined ? {} : { pictures: { typical: options.pictures, worst: options.pictures } }),
  };
}
