import { Command, InvalidArgumentError, Option } from 'commander';

interface Options {
  readonly json?: boolean;
  readonly data: string;
  readonly train: string;
  readonly run?: string;
  readonly tokenizer?: string;
  readonly stride: number;
}

export function evaluateSamplingCommand(): Command {
  return new Command('sampling')
    .description('frame 77 from 17 frames and 77 states: PSNR and SSIM of models and baselines')
    .requiredOption('--data <DIR>', 'raw data to predict')
    .requiredOption('--train <DIR>', 'raw data that the blurred copy is tuned on')
    .option('--run <RUN>', 'a trained token model')
    .option('--tokenizer <file>', 'tokenizer.safetensors of the tokens that the run was trained on')
    .addOption(new Option('--stride <frames>', 'from one window to the next').argParser(positive).default(8))
    .action(async (_: unknown, command: Command) => {
      const { json, data, train, run, tokenizer, stride } = command.optsWithGlobals<Options>();
      const { evaluateSampling } = await import('../evaluate/sampling.ts');
      const { progressLine } = await import('../quickstart/progress-line.ts');
      const progress = progressLine(process.stderr);
      const result = await evaluateSampling({
        ...{ data, training: train, stride },
        ...(run === undefined ? {} : { run }),
        ...(tokenizer === undefined ? {} : { tokenizer }),
        onProgress: (done, total) => {
          progress.tell(`evaluating: window ${done} of ${total}`);
        },
      });
      progress.end();
      if (json === true) console.log(JSON.stringify(result, null, 2));
      else {
        const { formatSampling } = await import('../evaluate/format-sampling.ts');
        console.log(formatSampling(result));
      }
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('A whole number from 1.');
}
