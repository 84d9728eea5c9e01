import { Command } from 'commander';
import type { SubmissionFields } from '../submit/submission-form.ts';
import { addFieldOptions } from './submission-options.ts';

interface Options extends SubmissionFields {
  readonly json?: boolean;
  readonly data: string;
  readonly run: string;
  readonly out: string;
  readonly rehearsal?: boolean;
}

export function submitCompressionCommand(): Command {
  return addFieldOptions(new Command('compression'))
    .description(
      "the compression track's submission.zip: the 500 likeliest codes of every place, autoregressive",
    )
    .requiredOption('--data <DIR>', 'tokens of the test set: 450 segments')
    .requiredOption('--run <RUN>', 'a trained run')
    .option('--out <FILE>', 'where to write', 'submission.zip')
    .option('--rehearsal', 'write whatever sizes data and model have, which the challenge would refuse')
    .action(async (_: unknown, command: Command) => {
      const { json, data, run, out, rehearsal = false, ...fields } = command.optsWithGlobals<Options>();
      const { submitCompression } = await import('../submit/compression.ts');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const form = await submitCompression({
        ...{ data, run, out, fields, rehearsal },
        onSample: (done, total) => {
          progress.tell(`predicting: sample ${done} of ${total}`);
        },
      });
      progress.end();
      if (json === true) console.log(JSON.stringify({ out, rehearsal, ...form }, null, 2));
      else {
        const places = form.shape.join(' × ');
        const what = `${form.samples} samples of ${places} places, ${form.k} of ${form.codes} codes each`;
        console.log(`${out}: ${what}${rehearsal ? ' (a rehearsal)' : ''}`);
      }
    });
}
