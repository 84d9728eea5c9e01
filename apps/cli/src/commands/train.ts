import { constants } from 'node:os';
import type { ClusterOptions } from '@borealis/tensor';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../cli-error.ts';

interface TrainCommandOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly run: string;
  readonly resume?: boolean;
  readonly from?: string;
  readonly statistics?: string;
  readonly preset?: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly val?: string;
  readonly valSampling?: Readonly<Record<string, unknown>>;
  readonly vae?: string;
  readonly valWindows?: number;
  readonly valAutoregressive?: number;
  readonly modelConfig?: Readonly<Record<string, unknown>>;
  readonly training?: Readonly<Record<string, unknown>>;
  readonly peers?: readonly string[];
  readonly task?: number;
  readonly peerTimeout?: number;
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a model into a run folder; an interrupted run is saved, and goes on with --resume')
    .argument('<MODEL>', 'st-transformer, video-vae or dit-sampler')
    .requiredOption('--data <DIR>', 'the training split')
    .requiredOption('--run <RUN>', 'folder of the run: settings, checkpoints, logs')
    .option('--resume', 'go on with the run that is there, to the same bits')
    .option(
      '--from <MODEL>',
      'a model folder to start from (`borealis model export` makes one of a run), or a published pipeline (dit-sampler)',
    )
    .option(
      '--statistics <FILE>',
      'numbers in safetensors to store with the model beside those that are fitted: `text_embedding` of a dit-sampler',
    )
    .option('--preset <name>', 'one of the model’s sizes (default: small)')
    .addOption(new Option('--steps <n>', 'how many').argParser(wholeNumberFrom(1)))
    .addOption(new Option('--seed <n>', 'of parameters and order (default: 0)').argParser(wholeNumberFrom(0)))
    .option('--val <DIR>', 'a split to evaluate on meanwhile')
    .addOption(
      new Option(
        '--val-sampling <json>',
        'with --vae: futures drawn of it (default: {"windows":4,"samples":1,"steps":10}; windows 0: none)',
      ).argParser(jsonObject),
    )
    .option(
      '--vae <DIR>',
      'autoencoder whose latents are learned (default: whichever has encoded the data); with it, validation draws futures, too',
    )
    .addOption(
      new Option('--val-windows <n>', 'so many windows of it (default: 32)').argParser(wholeNumberFrom(1)),
    )
    .addOption(
      new Option(
        '--val-autoregressive <n>',
        'of these so many autoregressively, too: a curve of its own, for models of tokens (default: 8)',
      ).argParser(wholeNumberFrom(0)),
    )
    .addOption(
      new Option('--model-config <json>', 'changes to the preset, e.g. {"states":"off"}').argParser(
        jsonObject,
      ),
    )
    .addOption(
      new Option('--training <json>', 'changes to the training settings, e.g. {"batchSize":16}').argParser(
        jsonObject,
      ),
    )
    .addOption(
      new Option(
        '--peers <host:port,…>',
        'train together with these processes, itself among them; the same list everywhere, trusted networks only',
      ).argParser((text) => text.split(',').map((peer) => peer.trim())),
    )
    .addOption(
      new Option('--task <n>', 'which of the peers this is, from 0; task 0 keeps the run').argParser(
        wholeNumberFrom(0),
      ),
    )
    .addOption(
      new Option('--peer-timeout <seconds>', 'how long to wait for a peer (default: 300)').argParser(
        wholeNumberFrom(1),
      ),
    )
    .action(async (model: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TrainCommandOptions>();
      const {
        data,
        run,
        json,
        resume,
        from,
        statistics,
        preset,
        steps,
        seed,
        val,
        vae,
        modelConfig,
        training,
      } = options;
      const cluster = clusterOf(options);
      const { describeResult, stopOnSignals, train } = await import('@borealis/trainer');
      const { createProgressLog } = await import('@borealis/training');
      let stoppedBy: NodeJS.Signals | undefined;
      const { signal, restore } = stopOnSignals((name) => {
        stoppedBy = name as NodeJS.Signals;
        console.error(`\n${name}: finishing the step and saving; once more ends at once`);
      });
      try {
        const result = await train({
          ...{ model, data, run, signal, resume: resume === true ? 'must' : 'never' },
          ...(from === undefined ? {} : { from }),
          ...(statistics === undefined ? {} : { statistics }),
          ...(preset === undefined ? {} : { preset }),
          training: { ...training, ...(steps === undefined ? {} : { steps }) },
          ...(modelConfig === undefined ? {} : { modelConfig }),
          ...(seed === undefined ? {} : { seed }),
          ...(val === undefined ? {} : { validation: validationOf(val, options) }),
          ...(vae === undefined ? {} : { vae }),
          ...(cluster === undefined ? {} : { cluster }),
          ...(json === true ? {} : { log: createProgressLog() }),
        });
        console.log(json === true ? JSON.stringify(result, null, 2) : describeResult(result));
        if (stoppedBy !== undefined && !result.finished)
          process.exitCode = 128 + constants.signals[stoppedBy];
      } finally {
        restore();
      }
    });
}

function validationOf(data: string, { valWindows, valAutoregressive, valSampling }: TrainCommandOptions) {
  return {
    data,
    ...(valWindows === undefined ? {} : { windows: valWindows }),
    ...(valAutoregressive === undefined ? {} : { autoregressive: valAutoregressive }),
    ...(valSampling === undefined ? {} : { sampling: valSampling }),
  };
}

function clusterOf({ peers, task, peerTimeout }: TrainCommandOptions): ClusterOptions | undefined {
  if ((peers === undefined) !== (task === undefined)) {
    throw new CliError(
      'invalid-option',
      '--peers and --task belong together: all processes, and which of them this is',
    );
  }
  if (peers === undefined || task === undefined) return undefined;
  const seconds = peerTimeout === undefined ? {} : { timeoutSeconds: peerTimeout, joinSeconds: peerTimeout };
  return { peers, task, ...seconds };
}

function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number from ${least}.`);
  };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new InvalidArgumentError('A JSON object.');
}
