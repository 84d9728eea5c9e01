import { Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { wholeNumberFrom } from './number-options.ts';

interface DecodeOptions {
  readonly json?: boolean;
  readonly segment: number;
  readonly out: string;
  readonly tokenizer?: string;
  readonly triples: number;
}

export function dataDecodeCommand(): Command {
  return new Command('decode')
    .description('a segment of tokens as a film or a sheet of frames')
    .argument('<DIR>', 'one split of tokenized data')
    .addOption(
      new Option('--segment <n>', 'which one, counted from 0').argParser(wholeNumberFrom(0)).default(0),
    )
    .requiredOption('--out <FILE>', 'an .mp4 (the film) or a .png (frames spread evenly)')
    .option(
      '--tokenizer <file>',
      'block FSQ or Cosmos weights (default: tokenizer.safetensors beside the tokens)',
    )
    .addOption(
      new Option('--triples <n>', 'at most so many of its first, 17 frames each')
        .argParser(wholeNumberFrom(1))
        .default(60),
    )
    .action(async (directory: string, _: unknown, command: Command) => {
      const { json, segment, out, tokenizer, triples } = command.optsWithGlobals<DecodeOptions>();
      const { openDataset } = await import('@borealis/dataset');
      const { startBackend } = await import('@borealis/tensor');
      const { writeFileAtomic } = await import('@borealis/checkpoints');
      const { codecOfTokens } = await import('../tokens/codec-of-tokens.ts');
      const { decodeSegment } = await import('../data/decode-segment.ts');
      const dataset = await openDataset(directory);
      try {
        await startBackend();
        const codec = await codecOfTokens(dataset, tokenizer);
        if (codec === undefined)
          throw new CliError('tokens', `${directory} has no tokenizer beside it: give --tokenizer FILE`);
        try {
          const decoded = await decodeSegment({ dataset, codec, segment, out, triples });
          await writeFileAtomic(out, decoded.bytes);
          const { frames, height, width } = decoded;
          if (json === true) console.log(JSON.stringify({ out, frames, height, width }));
          else console.log(`${out}: ${frames} frames of ${width} × ${height}, decoded by ${codec.name}`);
        } finally {
          codec.dispose();
        }
      } finally {
        await dataset.close();
      }
    });
}
