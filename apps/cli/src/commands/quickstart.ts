import { fileURLToPath } from 'node:url';
import { Command } from 'commander';

/** The sample data that comes with the project. */
const SAMPLE_DATA = fileURLToPath(new URL('../../../../tests/sample-data/eve-sim', import.meta.url));

interface QuickstartCommandOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly run: string;
  readonly report: string;
  readonly fresh?: boolean;
}

export function quickstartCommand(): Command {
  return new Command('quickstart')
    .description('the main job on the sample data: train small, evaluate against baselines, write a page')
    .option('--data <DIR>', 'raw 1X data in the splits train and val', SAMPLE_DATA)
    .option('--run <DIR>', 'where tokens, checkpoints and results go', 'runs/quickstart')
    .option('--report <DIR>', 'where the page goes', 'report')
    .option('--fresh', 'forget an earlier start')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<QuickstartCommandOptions>();
      const { quickstart } = await import('../quickstart/quickstart.ts');
      const { printQuickstart } = await import('../quickstart/print-result.ts');
      const { progressLine } = await import('../quickstart/progress-line.ts');
      const { stopOnSignals } = await import('@borealis/trainer');
      const progress = progressLine(process.stderr);
      const { signal, restore } = stopOnSignals();
      try {
        const result = await quickstart({ ...options, tell: progress.tell, signal });
        progress.end();
        if (options.json === true) console.log(JSON.stringify(result, null, 2));
        else printQuickstart(result);
      } finally {
        progress.end();
        restore();
      }
    });
}
