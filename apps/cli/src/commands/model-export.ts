import { Command, Option } from 'commander';

interface ModelExportOptions {
  readonly json?: boolean;
  readonly run: string;
  readonly out: string;
  readonly storage: 'f32' | 'bf16';
  readonly notes?: string;
}

export function modelExportCommand(): Command {
  return new Command('export')
    .description(
      'write what a run has learned as a folder to hand on: weights, statistics, configuration, card',
    )
    .requiredOption('--run <RUN>', 'folder of the run')
    .requiredOption('--out <DIR>', 'folder of the model; it must hold none')
    .addOption(new Option('--storage <dtype>', 'of matrices').choices(['f32', 'bf16']).default('bf16'))
    .option('--notes <FILE>', 'Markdown that the card begins with')
    .action(async (_: unknown, command: Command) => {
      const { run, out, storage, notes, json } = command.optsWithGlobals<ModelExportOptions>();
      const { exportModel } = await import('../models/export-model.ts');
      const exported = await exportModel({ run, out, storage, ...(notes === undefined ? {} : { notes }) });
      const { model, step, parameterCount, folder } = exported;
      const line = `${folder}: ${model} after ${step} steps, ${parameterCount.toLocaleString('en')} parameters`;
      console.log(json === true ? JSON.stringify(exported, null, 2) : line);
    });
}
