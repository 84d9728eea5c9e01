import { Command } from 'commander';
import { evaluateCompressionCommand } from './evaluate-compression.ts';
import { evaluateCounterfactualsCommand } from './evaluate-counterfactuals.ts';
import { evaluateSamplingCommand } from './evaluate-sampling.ts';

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('metrics against the truth and against baselines, with intervals over segments')
    .addCommand(evaluateCompressionCommand())
    .addCommand(evaluateSamplingCommand())
    .addCommand(evaluateCounterfactualsCommand());
}
