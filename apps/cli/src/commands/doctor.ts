import { Command } from 'commander';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what is installed and in use, what is missing and what to do; exit 1 where it is needed')
    .action(async (_: unknown, command: Command) => {
      const { examine } = await import('../doctor/examination.ts');
      const examination = await examine();
      if (command.optsWithGlobals<{ json?: boolean }>().json === true) {
        console.log(JSON.stringify(examination, null, 2));
      } else {
        const { formatExamination } = await import('../doctor/format-examination.ts');
        console.log(formatExamination(examination));
      }
      if (examination.findings.some(({ severity }) => severity === 'needed')) process.exitCode = 1;
    });
}
