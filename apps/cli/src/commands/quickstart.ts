import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { shippedFiles } from '../models/shipped-models.ts';

/** The sample data that comes with the project. */
const SAMPLE_DATA = fileURLToPath(new URL('../../../../tests/sample-data/eve-sim', import.meta.url));

interface QuickstartCommandOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly run: string;
  readonly report: string;
  readonly fresh?: boolean;
  readonly fromScratch?: boolean;
}

export function quickstartCommand(): Command {
  return new Command('quickstart')
    .description('the main job on the sample data: train small, evaluate against baselines, write a page')
    .option('--data <DIR>', 'raw 1X data in the splits train and val', SAMPLE_DATA)
    .option('--run <DIR>', 'where tokens, checkpoints and results go', 'runs/quickstart')
    .option('--report <DIR>', 'where the page goes', 'report')
    .option(
      '--from-scratch',
      'train a small model from nothing, in place of the one that comes with this package',
    )
    .option('--fresh', 'forget an earlier start')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<QuickstartCommandOptions>();
      const { quickstart } = await import('../quickstart/quickstart.ts');
      const { printQuickstart } = await import('../quickstart/print-result.ts');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const { stopOnSignals } = await import('@borealis/trainer');
      const progress = stageProgress(process.stderr);
      let stoppedBy: NodeJS.Signals | undefined;
      const { signal, restore } = stopOnSignals((name) => {
        stoppedBy = name as NodeJS.Signals;
        console.error(`\n${name}: ending where it can go on from; once more ends at once`);
      });
      try {
        const { fromScratch = false, ...rest } = options;
        const absent = shippedFiles.find((path) => !existsSync(path));
        const shipped = absent === undefined;
        if (!shipped && !fromScratch)
          console.error(`A trained model is missing (${absent}): training from scratch.`);
        const beginning = shipped && !fromScratch ? 'shipped' : 'scratch';
        const result = await quickstart({ ...rest, beginning, tell: progress.tell, signal });
        progress.end();
        if (options.json === true) console.log(JSON.stringify(result, null, 2));
        else printQuickstart(result);
      } catch (error) {
        if (stoppedBy === undefined || !(error instanceof CliError) || error.code !== 'interrupted')
          throw error;
        progress.end();
        console.error(error.message);
        process.exitCode = 128 + constants.signals[stoppedBy];
      } finally {
        progress.end();
        restore();
      }
    });
}
