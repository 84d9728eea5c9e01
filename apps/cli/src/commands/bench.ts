import type { FullSizeOptions, LoadingOptions } from '@borealis/bench';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../cli-error.ts';

interface BenchCommandOptions {
  readonly json?: boolean;
  readonly against?: 'pytorch';
  readonly rows?: string;
  readonly precision: 'f32' | 'bf16' | 'all';
  readonly repetitions?: number;
  readonly threads?: number;
  readonly profile?: string;
}

const CLEAR_LINE = '\r\u001b[K';

export function benchCommand(): Command {
  return new Command('bench')
    .description('measure how fast NAME is; exit 1 where the other side computes something else')
    .argument(
      '<NAME>',
      'tensor; attention-memory (1k to 8k tokens); st-transformer (at its published size); video-vae; dit-sampler; full-width (to compare outputs); full-size (whether Wan 2.2 TI2V-5B runs here; 10 GB of room for temporary files, 20 of memory); loading (of safetensors, against plain reading)',
    )
    .addOption(
      new Option('--against <peer>', 'time this one, too, in turns; it is installed into the cache').choices([
        'pytorch',
      ]),
    )
    .option('--rows <pattern>', 'rows whose name matches this regular expression', regularExpression)
    .addOption(
      new Option('--precision <precision>', 'of products').choices(['f32', 'bf16', 'all']).default('f32'),
    )
    .option('--repetitions <n>', 'default 15; fewer than 10 make no figures to quote', positiveInteger)
    .option('--threads <n>', 'of each side; default: all cores', positiveInteger)
    .option('--profile <file>', 'write a trace of our side, for ui.perfetto.dev')
    .addHelpText(
      'after',
      '\nBOREALIS_PYTORCH=<python>: measure against this Python’s PyTorch, and install none.',
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const { json, precision, ...options } = command.optsWithGlobals<BenchCommandOptions>();
      const { formatResults, formatRow, runBench } = await import('@borealis/bench');
      const { stderr } = process;
      const onStage = (stage: string) => {
        if (stderr.isTTY) stderr.write(`${CLEAR_LINE}${stage}`);
      };
      if (name === 'loading') {
        await benchLoading({ ...options, onStage }, json === true);
        return;
      }
      if (name === 'full-size') {
        await benchFullSize({ ...options, onStage }, json === true);
        return;
      }
      const result = await runBench(name, {
        ...options,
        precisions: precision === 'all' ? ['f32', 'bf16'] : [precision],
        onNotice: (message) => {
          console.error(message);
        },
        onStage,
        onRow: (row) => {
          stderr.write(`${stderr.isTTY ? CLEAR_LINE : ''}${formatRow(row)}\n`);
        },
      });
      console.log(json === true ? JSON.stringify(result, null, 2) : formatResults(result));
      if (!result.agreed) process.exitCode = 1;
    });
}

async function benchLoading(
  options: LoadingOptions & { against?: string; profile?: string },
  json: boolean,
): Promise<void> {
  const { formatLoading, runLoading } = await import('@borealis/bench');
  const { against, profile, ...rest } = options;
  if (against !== undefined)
    throw new CliError('invalid-option', 'loading is timed against plain reading: leave --against out');
  if (profile !== undefined)
    throw new CliError('invalid-option', 'loading runs no operations to profile: leave --profile out');
  const result = await runLoading(rest);
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  console.log(json ? JSON.stringify(result, null, 2) : formatLoading(result));
}

async function benchFullSize(
  { threads, onStage, ...others }: Omit<BenchCommandOptions, 'json' | 'precision'> & FullSizeOptions,
  json: boolean,
): Promise<void> {
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new CliError('invalid-option', `full-size takes --threads and --json only: leave --${other} out`);
  const { formatFullSize, runFullSize } = await import('@borealis/bench');
  const result = await runFullSize({ onStage, ...(threads === undefined ? {} : { threads }) });
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  console.log(json ? JSON.stringify(result, null, 2) : formatFullSize(result));
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1 on.');
  return value;
}

function regularExpression(text: string): string {
  try {
    new RegExp(text);
  } catch {
    throw new InvalidArgumentError('Not a regular expression.');
  }
  return text;
}
