import { Command } from 'commander';

interface ValidateOptions {
  readonly json?: boolean;
  readonly decodeVideo?: boolean;
}

export function dataValidateCommand(): Command {
  return new Command('validate')
    .description('every problem of a dataset, with file, byte and frame; exit 1 where there is one')
    .argument('<DIR>', 'one split of 1X data')
    .option('--decode-video', 'decode every frame, too: as long as playing all of it fast')
    .action(async (directory: string, _: unknown, command: Command) => {
      const { json, decodeVideo = false } = command.optsWithGlobals<ValidateOptions>();
      const { validateDataset } = await import('@borealis/dataset');
      const problems = await validateDataset(directory, { decodeVideo });
      if (json === true) console.log(JSON.stringify({ directory, problems }, null, 2));
      else {
        for (const { severity, code, message } of problems) console.log(`${severity} [${code}]: ${message}`);
        console.log(`${directory}: ${problems.length === 0 ? 'no problems' : `${problems.length} problems`}`);
      }
      if (problems.length > 0) process.exitCode = 1;
    });
}
