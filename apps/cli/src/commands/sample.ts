import { Command, Option } from 'commander';
import type { FrameModelOptions } from './frame-model-options.ts';
import { addFrameModelOptions } from './frame-model-options.ts';
import { wholeNumberFrom } from './number-options.ts';
import type { CombinationOptions, DrawingOptions, SettingOptions } from './sampling-options.ts';
import { addCombinationOption, addDrawingOptions, addSettingOptions } from './sampling-options.ts';

interface Options extends CombinationOptions, DrawingOptions, FrameModelOptions, SettingOptions {
  readonly json?: boolean;
  readonly run: string;
  readonly data: string;
  readonly window: number;
  readonly stride: number;
  readonly beyond: number;
  readonly samples: number;
  readonly out: string;
}

const EXAMPLES = `
Examples:
  borealis sample --run runs/dit --vae runs/vae --data data/val --window 12 --samples 5
  borealis sample --run runs/dit --vae runs/vae --data data/val --window 0 --beyond 2 --combine median
  borealis sample --run runs/st --tokenizer tokens/train/tokenizer.safetensors --data data/val --window 12`;

export function sampleCommand(): Command {
  const command = new Command('sample')
    .description(
      'what comes after a window’s given frames, as film and stills: given, true, samples, these as one, uncertainty side by side',
    )
    .requiredOption('--run <RUN>', 'a trained run or model folder: dit-sampler or st-transformer')
    .requiredOption('--data <DIR>', 'raw data; of test clips no truth is shown')
    .addOption(
      new Option('--window <n>', 'which, counted from 0').argParser(wholeNumberFrom(0)).makeOptionMandatory(),
    )
    .addOption(
      new Option('--stride <frames>', 'from one window to the next').argParser(wholeNumberFrom(1)).default(8),
    )
    .addOption(
      new Option('--beyond <n>', 'windows more, each from the end of the one before; of a dit-sampler')
        .argParser(wholeNumberFrom(0))
        .default(0),
    );
  addFrameModelOptions(command).addOption(
    new Option('--samples <n>', 'how many').argParser(wholeNumberFrom(1)).default(3),
  );
  addSettingOptions(addCombinationOption(command)).option('--out <DIR>', 'folder to write to', 'samples');
  return addDrawingOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (_: unknown, self: Command) => {
      const { json, guidance: guidanceScale, ...options } = self.optsWithGlobals<Options>();
      const { run, data, window, stride, beyond, vae, tokenizer, out, combine: combination } = options;
      const { samples, steps, solver, seed, together, precision } = options;
      const { sampleWindow } = await import('../imagine/sample-window.ts');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const sampled = await sampleWindow({
        ...{ run, data, window, stride, beyond, out, combination, tell: progress.tell },
        ...(vae === undefined ? {} : { vae }),
        ...(tokenizer === undefined ? {} : { tokenizer }),
        drawing: { samples, steps, guidanceScale, solver, seed, together, precision },
      });
      progress.end();
      if (json === true) {
        console.log(JSON.stringify(sampled, null, 2));
        return;
      }
      const { film, sheet, segment, start, psnr } = sampled;
      console.log(`segment ${segment}, from frame ${start}: ${film}, ${sheet}`);
      if (psnr === undefined) return;
      const decibels = psnr.samples.map((value) => value.toFixed(2)).join(', ');
      const { combined } = psnr;
      const asOne = combined === undefined ? '' : `; ${combined.name} ${combined.value.toFixed(2)}`;
      console.log(`last frame: ${decibels}${asOne} dB`);
    });
}
