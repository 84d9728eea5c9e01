import type { Command } from 'commander';
import { Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { wholeNumbers } from '../evaluate/whole-numbers.ts';
import { wholeNumberFrom } from './number-options.ts';

/** What is evaluated and where it is told, as options give it. */
export interface EvaluationOptions {
  readonly windows?: number;
  readonly groups?: string;
  readonly split: string;
  readonly knownRooms: ReadonlySet<number>;
  readonly report?: string;
  readonly pictures: number;
  readonly markdown?: boolean;
}

/** @param data what `--groups` tells of: `the data`, `the raw data` */
export function addWindowOptions(command: Command, data: string): Command {
  return command
    .addOption(
      new Option('--windows <n>', 'at most so many, evenly spread (default: all)').argParser(
        wholeNumberFrom(1),
      ),
    )
    .option('--groups <FILE>', `episodes.json of ${data}: figures of known and of new rooms apart`)
    .addOption(
      new Option('--known-rooms <numbers>', 'rooms that training has shown')
        .argParser(wholeNumbers)
        .default(wholeNumbers('0-7'), '0-7'),
    )
    .option('--split <name>', 'which of the splits in --groups the data is', 'val');
}

export function addPageOptions(command: Command): Command {
  return command
    .option('--report <FILE.html>', 'write a page: tables, curves, films and pictures')
    .addOption(
      new Option('--pictures <n>', 'windows on the page, and as many of the worst')
        .argParser(wholeNumberFrom(0))
        .default(3),
    )
    .option('--markdown', 'print the tables as Markdown');
}

/** @throws CliError `invalid-option` where `--report` is no page */
export function checkPage({ report }: Pick<EvaluationOptions, 'report'>): void {
  if (report !== undefined && !/\.html?$/i.test(report))
    throw new CliError('invalid-option', `--report ${report}: the page is a file ending in .html`);
}
