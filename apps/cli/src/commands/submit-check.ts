import { Command } from 'commander';

interface Options {
  readonly json?: boolean;
}

export function submitCheckCommand(): Command {
  return new Command('check')
    .description(
      'every problem of a compression submission.zip, also those the challenge does not look for; exit 1',
    )
    .argument('<FILE>', 'submission.zip')
    .action(async (file: string, _: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<Options>();
      const { checkSubmission } = await import('../submit/check-submission.ts');
      const { CHALLENGE_FORM } = await import('../submit/submission-form.ts');
      const { progressLine } = await import('../quickstart/progress-line.ts');
      const progress = progressLine(process.stderr);
      const problems = await checkSubmission(file, CHALLENGE_FORM, (done, total) => {
        progress.tell(`checking: file ${done} of ${total}`);
      });
      progress.end();
      if (json === true) console.log(JSON.stringify({ file, problems }, null, 2));
      else {
        for (const { file: inside, message } of problems)
          console.log(`${inside === undefined ? '' : `${inside}: `}${message}`);
        console.log(`${file}: ${problems.length === 0 ? 'no problems' : `${problems.length} problems`}`);
      }
      if (problems.length > 0) process.exitCode = 1;
    });
}
