import { Command, InvalidArgumentError, Option } from 'commander';

interface TokenizeOptions {
  readonly json?: boolean;
  readonly out: string;
  readonly offsets: number;
  readonly weights?: string;
  readonly fit?: string;
}

export function dataTokenizeCommand(): Command {
  return new Command('tokenize')
    .description('raw data into grids of block FSQ tokens; the tokenizer is written beside them')
    .argument('<DIR>', 'one split of raw 1X data')
    .requiredOption('--out <OUT>', 'folder to write')
    .addOption(
      new Option('--offsets <k>', 'tokenize k times, 17 / k frames apart: more tokens to train on')
        .argParser(offsetCount)
        .default(1),
    )
    .addOption(
      new Option('--weights <file>', 'a tokenizer: tokenizer.safetensors of other tokens').conflicts('fit'),
    )
    .option('--fit <dir>', 'fit the tokenizer on this raw data (default: DIR itself)')
    .action(async (directory: string, _: unknown, command: Command) => {
      const { json, out, offsets: count, weights: file, fit } = command.optsWithGlobals<TokenizeOptions>();
      const { openDataset } = await import('@borealis/dataset');
      const { startBackend } = await import('@borealis/tensor');
      const { loadTokenizer } = await import('../data/load-tokenizer.ts');
      const { tokenizeDataset } = await import('../data/tokenize-dataset.ts');
      const onLine = (line: string) => {
        console.error(line);
      };
      const dataset = await openDataset(directory);
      try {
        await startBackend();
        const from = file === undefined ? { fit: fit ?? directory } : { weights: file, fit: directory };
        const weights = await loadTokenizer({ ...from, onLine });
        const offsets = Array.from({ length: count }, (_, i) => Math.floor((i * 17) / count));
        const summary = await tokenizeDataset({
          dataset,
          weights,
          out,
          offsets,
          onSegment: (done, total) => {
            if (done % Math.ceil(total / 10) === 0) onLine(`segment ${done + 1} of ${total}`);
          },
        });
        if (json === true) {
          console.log(JSON.stringify({ out, offsets, ...summary }, null, 2));
          return;
        }
        const { segments, frames, segmentsWithoutTokens, framesDropped } = summary;
        console.log(`${out}: ${segments} segments, ${(frames / 17) * 3} grids for ${frames} frames`);
        console.log(
          `${framesDropped} frames at the ends of segments were short of 17, ${segmentsWithoutTokens} segments had no 17`,
        );
      } finally {
        await dataset.close();
      }
    });
}

function offsetCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 17) return count;
  throw new InvalidArgumentError('A whole number from 1 to 17.');
}
