import { statSync } from 'node:fs';
import { Command } from 'commander';
import type { SubmissionProblem } from '../submit/check-submission.ts';

interface Options {
  readonly json?: boolean;
  readonly rehearsal?: boolean;
}

export function submitCheckCommand(): Command {
  return new Command('check')
    .description(
      'every problem of a compression submission.zip, also those the challenge does not look for, or of a sampling submission (a folder); exit 1',
    )
    .argument('<SUBMISSION>', 'submission.zip, or the folder of a sampling submission')
    .option('--rehearsal', 'a sampling submission of whatever number of clips')
    .action(async (file: string, _: unknown, command: Command) => {
      const { json, rehearsal = false } = command.optsWithGlobals<Options>();
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const problems = await problemsOf(file, rehearsal, (done, total) => {
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

async function problemsOf(
  path: string,
  rehearsal: boolean,
  onFile: (done: number, total: number) => void,
): Promise<SubmissionProblem[]> {
  if (statSync(path).isDirectory()) {
    const { checkSamplingSubmission } = await import('../submit/check-sampling.ts');
    return checkSamplingSubmission(path, { rehearsal, onFile });
  }
  const { checkSubmission } = await import('../submit/check-submission.ts');
  const { CHALLENGE_FORM } = await import('../submit/submission-form.ts');
  return checkSubmission(path, CHALLENGE_FORM, onFile);
}
