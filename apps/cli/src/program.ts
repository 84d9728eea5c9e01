import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { benchCommand } from './commands/bench.ts';
import { dataCommand } from './commands/data.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { modelCommand } from './commands/model.ts';
import { quickstartCommand } from './commands/quickstart.ts';
import { sampleCommand } from './commands/sample.ts';
import { setupCommand } from './commands/setup.ts';
import { submitCommand } from './commands/submit.ts';
import { trainCommand } from './commands/train.ts';
import { verifyCommand } from './commands/verify.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** The command `borealis`. Each action imports what it needs when it runs, so that help comes at once. */
export function createProgram(): Command {
  const program = new Command('borealis')
    .description('World models of humanoid robots: train, sample, evaluate')
    .version(version)
    .option('--json', 'machine-readable output')
    .addCommand(quickstartCommand())
    .addCommand(setupCommand())
    .addCommand(doctorCommand())
    .addCommand(dataCommand())
    .addCommand(trainCommand())
    .addCommand(evaluateCommand())
    .addCommand(sampleCommand())
    .addCommand(modelCommand())
    .addCommand(submitCommand())
    .addCommand(verifyCommand())
    .addCommand(benchCommand());
  throwFromAll(program);
  return program;
}

/** Errors in arguments are thrown rather than ending the process, and help tells the options of all commands. */
function throwFromAll(command: Command): void {
  command.exitOverride().configureHelp({ showGlobalOptions: true });
  command.commands.forEach(throwFromAll);
}
