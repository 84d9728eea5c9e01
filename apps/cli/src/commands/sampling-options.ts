import type { Combination } from '@borealis/ensemble';
import { COMBINATIONS } from '@borealis/ensemble';
import type { Command } from 'commander';
import { Option } from 'commander';
import { wholeNumberFrom } from './number-options.ts';

/** How futures are drawn, as options give it. */
export interface DrawingOptions {
  readonly solver: 'euler' | 'unipc';
  readonly seed: number;
  readonly together: number;
  readonly precision: 'f32' | 'bf16';
}

/** What commands that draw samples have in common. */
export function addDrawingOptions(command: Command): Command {
  return command
    .addOption(new Option('--solver <name>', 'of the flow').choices(['unipc', 'euler']).default('unipc'))
    .addOption(new Option('--seed <n>', 'of the noise').argParser(wholeNumberFrom(0)).default(0))
    .addOption(
      new Option('--together <n>', 'samples computed at once').argParser(wholeNumberFrom(1)).default(5),
    )
    .addOption(
      new Option('--precision <p>', 'of transformer and autoencoder').choices(['f32', 'bf16']).default('f32'),
    );
}

/** How several samples become one, as options give it. */
export interface CombinationOptions {
  readonly combine: Combination;
}

export function addCombinationOption(command: Command): Command {
  return command.addOption(
    new Option('--combine <way>', 'how several samples become one').choices(COMBINATIONS).default('mean'),
  );
}

/** One setting of the solver; what evaluates compares several. */
export interface SettingOptions {
  readonly steps: number;
  readonly guidance: number;
}

export function addSettingOptions(command: Command): Command {
  return command
    .addOption(new Option('--steps <n>', 'of the solver').argParser(wholeNumberFrom(1)).default(20))
    .addOption(
      new Option('--guidance <scale>', 'away from what is said without states; 1: none')
        .argParser(Number)
        .default(1),
    );
}
