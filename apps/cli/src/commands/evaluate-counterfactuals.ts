import { Command, Option } from 'commander';
import type { FrameModelOptions } from './frame-model-options.ts';
import { addFrameModelOptions } from './frame-model-options.ts';
import { wholeNumberFrom, wholeNumberList } from './number-options.ts';
import type { CombinationOptions, DrawingOptions } from './sampling-options.ts';
import { addCombinationOption, addDrawingOptions } from './sampling-options.ts';

interface Options extends CombinationOptions, DrawingOptions, FrameModelOptions {
  readonly json?: boolean;
  readonly a: string;
  readonly b: string;
  readonly run: readonly string[];
  readonly samples: readonly number[];
  readonly steps: number;
  readonly windows?: number;
  readonly markdown?: boolean;
}

const EXAMPLES = `
Example:
  borealis evaluate counterfactuals --a pairs/a --b pairs/b --run lora control --vae vae --samples 1,5`;

export function evaluateCounterfactualsCommand(): Command {
  const command = new Command('counterfactuals')
    .description(
      'one context, two ways to act: how often a prediction is nearer to what its own actions led to than to what the others did',
    )
    .requiredOption('--a <DIR>', 'raw data: the contexts and one way to go on')
    .requiredOption('--b <DIR>', 'raw data: the same contexts, the other way')
    .requiredOption('--run <RUN...>', 'trained runs or model folders');
  addFrameModelOptions(command)
    .addOption(
      new Option('--samples <numbers>', 'so many as one are scored')
        .argParser(wholeNumberList)
        .default([1, 5], '1,5'),
    )
    .addOption(new Option('--steps <n>', 'of the solver').argParser(wholeNumberFrom(1)).default(20))
    .addOption(
      new Option('--windows <n>', 'at most so many contexts, evenly spread (default: all)').argParser(
        wholeNumberFrom(1),
      ),
    )
    .option('--markdown', 'print the table as Markdown');
  return addDrawingOptions(addCombinationOption(command))
    .addHelpText('after', EXAMPLES)
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const { json, markdown, a, b, run: runs, vae, tokenizer, windows } = options;
      const { samples, combine: combination, steps, solver, seed, together, precision } = options;
      const { evaluateCounterfactuals } = await import('../evaluate/counterfactuals.ts');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const result = await evaluateCounterfactuals({
        ...{ a, b, runs, onProgress: progress.tell },
        ...(vae === undefined ? {} : { vae }),
        ...(tokenizer === undefined ? {} : { tokenizer }),
        ...(windows === undefined ? {} : { windows }),
        settings: {
          ...{ samples, combination, steps: [steps], guidance: [1], solver, seed, together, precision },
          ...{ whole: 0, shuffleStates: false, sweep: { samples: 1, windows: 1 } },
        },
      });
      progress.end();
      if (json === true) {
        console.log(JSON.stringify(result, null, 2));
        return;
      }
      const { counterfactualTable } = await import('../evaluate/counterfactual-table.ts');
      const { formatTables, markdownTables } = await import('../evaluate/format-tables.ts');
      console.log((markdown === true ? markdownTables : formatTables)([counterfactualTable(result)]));
    });
}
