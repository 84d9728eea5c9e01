import { Command } from 'commander';
import { submitCheckCommand } from './submit-check.ts';
import { submitCompressionCommand } from './submit-compression.ts';
import { submitSamplingCommand } from './submit-sampling.ts';

export function submitCommand(): Command {
  return new Command('submit')
    .description('files for the challenge, and their check')
    .addCommand(submitCompressionCommand())
    .addCommand(submitSamplingCommand())
    .addCommand(submitCheckCommand());
}
