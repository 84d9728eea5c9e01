import { Command } from 'commander';
import { modelExportCommand } from './model-export.ts';

export function modelCommand(): Command {
  return new Command('model').description('trained models').addCommand(modelExportCommand());
}
