import { Command, InvalidArgumentError, Option } from 'commander';

interface EncodeOptions {
  readonly json?: boolean;
  readonly vae: string;
  readonly frames: number;
  readonly stride: number;
  readonly precision: 'f32' | 'bf16';
}

export function dataEncodeCommand(): Command {
  return new Command('encode')
    .description(
      'cache the latents of all windows beside a dataset; an interrupted call goes on where it was',
    )
    .argument('<DIR>', 'one split of raw 1X data')
    .requiredOption(
      '--vae <DIR>',
      'a run of video-vae, a model folder, or a folder in the diffusers layout (config.json and weights)',
    )
    .addOption(new Option('--frames <n>', 'frames of a window, 1 + 4k').argParser(wholeNumber).default(77))
    .addOption(new Option('--stride <n>', 'frames from window to window').argParser(wholeNumber).default(17))
    .addOption(new Option('--precision <p>', 'that of the encoder').choices(['f32', 'bf16']).default('f32'))
    .action(async (directory: string, _: unknown, command: Command) => {
      const { json, vae: from, frames, stride, precision } = command.optsWithGlobals<EncodeOptions>();
      const { openDataset } = await import('@borealis/dataset');
      const { startBackend } = await import('@borealis/tensor');
      const { stopOnSignals } = await import('@borealis/trainer');
      const { encodeDataset, loadAutoencoder, longerThanLearned } = await import('@borealis/evaluator');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const dataset = await openDataset(directory);
      const { signal, restore } = stopOnSignals((name) => {
        console.error(`\n${name}: finishing the segment; once more ends at once`);
      });
      try {
        await startBackend();
        const vae = await loadAutoencoder(from, { tell: progress.tell, precision });
        const note = longerThanLearned(vae, frames);
        if (note !== undefined) console.error(note);
        const onSegment = (done: number, total: number) => {
          progress.tell(`encoding: segment ${done} of ${total}`);
        };
        const options = { dataset, vae, frames, stride, precision, signal, onSegment };
        const summary = await encodeDataset(options);
        progress.end();
        const { folder, windows, segments, found, finished } = summary;
        if (json === true) console.log(JSON.stringify(summary, null, 2));
        else if (finished)
          console.log(
            `${folder}: ${windows} windows of ${frames} frames, ${segments} segments (${found} were there)`,
          );
        else console.log(`${folder}: interrupted; the same command goes on`);
        if (!finished) process.exitCode = 130;
      } finally {
        restore();
        progress.end();
        await dataset.close();
      }
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('A whole number from 1.');
}
