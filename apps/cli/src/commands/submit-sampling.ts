import { Command, Option } from 'commander';
import type { SubmissionFields } from '../submit/submission-form.ts';
import type { FrameModelOptions } from './frame-model-options.ts';
import { addFrameModelOptions } from './frame-model-options.ts';
import { wholeNumberFrom } from './number-options.ts';
import type { CombinationOptions, DrawingOptions, SettingOptions } from './sampling-options.ts';
import { addCombinationOption, addDrawingOptions, addSettingOptions } from './sampling-options.ts';
import { addFieldOptions } from './submission-options.ts';

interface Options
  extends SubmissionFields, CombinationOptions, DrawingOptions, FrameModelOptions, SettingOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly run: string;
  readonly samples: number;
  readonly out: string;
}

export function submitSamplingCommand(): Command {
  const command = new Command('sampling')
    .description(
      'frame 77 of each test clip as PNG, with README.txt and metadata.json: a form of our own, the challenge’s isn’t public',
    )
    .requiredOption('--data <DIR>', 'test clips: 17 frames and 77 states each')
    .requiredOption('--run <RUN>', 'a trained run or model folder');
  addFrameModelOptions(command).addOption(
    new Option('--samples <n>', 'how many become one').argParser(wholeNumberFrom(1)).default(20),
  );
  addSettingOptions(addCombinationOption(command)).option(
    '--out <DIR>',
    'folder to write; it must not be there',
    'submission',
  );
  return addFieldOptions(addDrawingOptions(command)).action(async (_: unknown, self: Command) => {
    const { json, guidance: guidanceScale, ...options } = self.optsWithGlobals<Options>();
    const { data, run, vae, tokenizer, out, samples, steps, solver, seed, together, precision } = options;
    const { method, team, authors, email, institution, country } = options;
    const { submitSampling } = await import('../submit/sampling.ts');
    const { stageProgress } = await import('../progress/stage-progress.ts');
    const progress = stageProgress(process.stderr);
    const metadata = await submitSampling({
      ...{ data, run, out, combination: options.combine, tell: progress.tell },
      fields: { method, team, authors, email, institution, country },
      ...(vae === undefined ? {} : { vae }),
      ...(tokenizer === undefined ? {} : { tokenizer }),
      drawing: { samples, steps, guidanceScale, solver, seed, together, precision },
    });
    progress.end();
    if (json === true) {
      console.log(JSON.stringify({ out, ...metadata }, null, 2));
      return;
    }
    const { frame, ids, width, height, form } = metadata;
    console.log(`${out}: frame ${frame} of ${ids.length} clips, ${width} × ${height} (${form})`);
  });
}
