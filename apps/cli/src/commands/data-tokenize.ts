import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import type { TokenCodec } from '../tokens/token-codec.ts';
import type { TokenizerOrigin } from '../tokens/tokenizer-beside.ts';

interface TokenizeOptions {
  readonly json?: boolean;
  readonly out: string;
  readonly offsets: number;
  readonly weights?: string;
  readonly fit?: string;
  readonly cosmos?: string;
}

export function dataTokenizeCommand(): Command {
  return new Command('tokenize')
    .description(
      'raw data into grids of tokens, by default block FSQ, whose tokenizer is written beside them',
    )
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
    .option('--fit <DIR>', 'fit the tokenizer on this raw data (default: the data itself)')
    .addOption(
      new Option(
        '--cosmos <file>',
        'Cosmos weights instead, as tools/cosmos/convert_cosmos.py writes them; they are not copied',
      ).conflicts(['fit', 'weights']),
    )
    .action(async (directory: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TokenizeOptions>();
      const { json, out, offsets: count } = options;
      // Before the tokenizer of the tokens that lie there is overwritten.
      if (existsSync(join(out, 'metadata.json')))
        throw new CliError('exists', `${out} holds a dataset already; remove it or write elsewhere`);
      const { openDataset } = await import('@borealis/dataset');
      const { startBackend } = await import('@borealis/tensor');
      const { tokenizeDataset } = await import('../tokens/tokenize-dataset.ts');
      const { tokenizerBeside } = await import('../tokens/tokenizer-beside.ts');
      const { stageProgress } = await import('../progress/stage-progress.ts');
      const progress = stageProgress(process.stderr);
      const dataset = await openDataset(directory);
      let codec: TokenCodec | undefined;
      try {
        await startBackend();
        codec = await tokenizerBeside(out, originOf(options, directory), (message) => {
          progress.tell(`fitting a tokenizer: ${message}`);
        });
        const offsets = Array.from({ length: count }, (_, i) => Math.floor((i * 17) / count));
        const summary = await tokenizeDataset({
          dataset,
          codec,
          dir: out,
          offsets,
          onProgress: (message) => {
            progress.tell(`tokenizing: ${message}`);
          },
        });
        progress.end();
        if (json === true) console.log(JSON.stringify({ out, offsets, ...summary }, null, 2));
        else {
          const { segments, frames, droppedFrames } = summary;
          console.log(`${out}: ${segments} segments, ${(frames / 17) * 3} grids for ${frames} frames`);
          console.log(`${droppedFrames} frames at the ends of segments were short of 17`);
        }
      } finally {
        progress.end();
        codec?.dispose();
        await dataset.close();
      }
    });
}

function originOf({ weights, fit, cosmos }: TokenizeOptions, directory: string): TokenizerOrigin {
  if (cosmos !== undefined) return { cosmos };
  return weights === undefined ? { fitOn: fit ?? directory } : { file: weights };
}

function offsetCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 17) return count;
  throw new InvalidArgumentError('A whole number from 1 to 17.');
}
