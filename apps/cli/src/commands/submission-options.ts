import type { Command } from 'commander';

/** Who submits what: the fields of README.txt. */
export function addFieldOptions(command: Command): Command {
  return command
    .requiredOption('--method <TEXT>', 'name of the method')
    .requiredOption('--team <TEXT>', 'name of the team')
    .requiredOption('--authors <TEXT>', 'names of the authors')
    .requiredOption('--email <TEXT>', 'where to write to')
    .requiredOption('--institution <TEXT>', 'of the authors')
    .requiredOption('--country <TEXT>', 'of the institution');
}
