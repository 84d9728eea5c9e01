import type { PredictionMode } from '@borealis/evaluator';
import { Command, Option } from 'commander';

interface Options {
  readonly json?: boolean;
  readonly data: string;
  readonly train?: string;
  readonly run: readonly string[];
  readonly against?: readonly string[];
  readonly shuffleStates?: boolean;
  readonly mode: readonly PredictionMode[];
}

export function evaluateCompressionCommand(): Command {
  return new Command('compression')
    .description('future tokens: cross-entropies of models and baselines')
    .requiredOption('--data <DIR>', 'tokens to predict')
    .requiredOption('--run <RUN...>', 'trained runs; several count as one recipe with several seeds')
    .option('--train <DIR>', 'tokens to fit the baselines on (default: no baselines)')
    .option('--against <RUN...>', 'runs of another recipe, to compare with')
    .option('--shuffle-states', 'score the runs with the states of another segment, too')
    .addOption(
      new Option('--mode <MODE...>', 'what each grid is predicted from')
        .choices(['teacher-forced', 'autoregressive'])
        .default(['teacher-forced', 'autoregressive']),
    )
    .action(async (_: unknown, command: Command) => {
      const {
        json,
        data,
        train,
        run,
        against = [],
        shuffleStates = false,
        mode: modes,
      } = command.optsWithGlobals<Options>();
      const { evaluateCompression } = await import('../evaluate/compression.ts');
      const { progressLine } = await import('../quickstart/progress-line.ts');
      const progress = progressLine(process.stderr);
      const result = await evaluateCompression({
        ...{ data, runs: run, against, shuffleStates, modes },
        ...(train === undefined ? {} : { training: train }),
        onProgress: (done, total) => {
          progress.tell(`evaluating: window ${done} of ${total}`);
        },
      });
      progress.end();
      if (json === true) console.log(JSON.stringify(result, null, 2));
      else {
        const { formatCompression } = await import('../evaluate/format-compression.ts');
        console.log(formatCompression(result));
      }
    });
}
