import { Command } from 'commander';

interface InspectOptions {
  readonly json?: boolean;
  readonly out?: string;
}

export function dataInspectCommand(): Command {
  return new Command('inspect')
    .description('what a dataset holds, the ranges of its states, and a contact sheet')
    .argument('<DIR>', 'one split of 1X data')
    .option('--out <sheet.png>', 'write frames of some segments as a PNG (raw data only)')
    .action(async (directory: string, _: unknown, command: Command) => {
      const { json, out } = command.optsWithGlobals<InspectOptions>();
      const { describeDataset, openDataset } = await import('@borealis/dataset');
      const dataset = await openDataset(directory);
      try {
        const description = await describeDataset(dataset);
        if (json === true) console.log(JSON.stringify(description, null, 2));
        else {
          const { formatDescription } = await import('../data/format-description.ts');
          console.log(formatDescription(description));
        }
        if (out === undefined) return;
        const { datasetSheet } = await import('../data/contact-sheet.ts');
        const { writeFileAtomic } = await import('@borealis/checkpoints');
        await writeFileAtomic(out, await datasetSheet(dataset));
        console.error(`contact sheet: ${out}`);
      } finally {
        await dataset.close();
      }
    });
}
