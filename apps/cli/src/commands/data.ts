import { Command } from 'commander';
import { dataDecodeCommand } from './data-decode.ts';
import { dataEncodeCommand } from './data-encode.ts';
import { dataInspectCommand } from './data-inspect.ts';
import { dataTokenizeCommand } from './data-tokenize.ts';
import { dataValidateCommand } from './data-validate.ts';

export function dataCommand(): Command {
  return new Command('data')
    .description('look at, check and convert a dataset')
    .addCommand(dataInspectCommand())
    .addCommand(dataValidateCommand())
    .addCommand(dataTokenizeCommand())
    .addCommand(dataDecodeCommand())
    .addCommand(dataEncodeCommand());
}
