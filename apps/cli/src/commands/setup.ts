import { Command, Option } from 'commander';
import type { EngineChoice } from '@borealis/tensor';

interface SetupOptions extends EngineChoice {
  readonly json?: boolean;
}

export function setupCommand(): Command {
  return new Command('setup')
    .description('provision the native engine; does nothing where it is there')
    .addOption(
      new Option(
        '--source <source>',
        'TensorFlow out of its wheel (default), or what tfjs-node’s installer fetches',
      ).choices(['pypi', 'tfjs']),
    )
    .addOption(
      new Option('--flavour <flavour>', 'default: cuda where an NVIDIA GPU is found').choices([
        'cpu',
        'cuda',
      ]),
    )
    .action(async (_: unknown, command: Command) => {
      const { json, source, flavour } = command.optsWithGlobals<SetupOptions>();
      const { provisionEngine } = await import('@borealis/tensor');
      const { setupProgress } = await import('../progress/setup-progress.ts');
      const { onProgress, end } = setupProgress(process.stderr);
      try {
        const engine = await provisionEngine({
          ...(source === undefined ? {} : { source }),
          ...(flavour === undefined ? {} : { flavour }),
          onProgress,
        });
        if (json === true) console.log(JSON.stringify(engine, null, 2));
      } finally {
        end();
      }
    });
}
