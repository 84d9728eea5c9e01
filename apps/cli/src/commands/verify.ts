import { Command, Option } from 'commander';

interface VerifyOptions {
  readonly json?: boolean;
  readonly precision: 'f32' | 'bf16';
  readonly only?: string;
}

export function verifyCommand(): Command {
  return new Command('verify').description('hold the implementations against references').addCommand(
    new Command('goldens')
      .description(
        'compute every output of the reference vectors in DIR and compare; exit 1 where one is off',
      )
      .argument('<DIR>', 'folder of *.safetensors and tolerances.json')
      .addOption(
        new Option('--precision <precision>', 'bf16 prints the differences there, and judges none')
          .choices(['f32', 'bf16'])
          .default('f32'),
      )
      .option('--only <file>', 'this file alone')
      .action(async (directory: string, _: unknown, command: Command) => {
        const { json, precision, only } = command.optsWithGlobals<VerifyOptions>();
        const { startBackend } = await import('@borealis/tensor');
        const { verifyGoldens } = await import('../verify/verify-goldens.ts');
        const { formatFile, formatSummary } = await import('../verify/format-verification.ts');
        const { tensorflowVersion, device, compiles } = await startBackend({ backend: 'tensorflow' });
        const print = json === true ? () => undefined : (text: string) => console.log(text);
        const how = compiles ? 'compiled functions' : 'op by op';
        print(`TensorFlow ${tensorflowVersion ?? ''} on the ${device}, ${how}, ${precision}`);
        const verification = await verifyGoldens(directory, {
          precision,
          ...(only === undefined ? {} : { only }),
          onFile: (file) => {
            print(formatFile(file));
          },
        });
        if (json === true) console.log(JSON.stringify(verification, null, 2));
        print(`\n${formatSummary(verification)}`);
        if (!verification.passed) process.exitCode = 1;
      }),
  );
}
