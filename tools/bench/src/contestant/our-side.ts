import { writeFile } from 'node:fs/promises';
import { openSafetensors, tensorOf, writeSafetensors } from '@borealis/safetensors';
import { profile, startBackend, tf } from '@borealis/tensor';
import { BenchError } from '../bench-error.ts';
import type { Answer, OpenRequest, Opened, ProfileRequest, Request } from '../contest/protocol.ts';
import type { Program } from '../programs/program.ts';
import { inputTensor } from '../suites/input-tensor.ts';
import { rowNamed, suiteNamed } from '../suites/suites.ts';
import { memoryOf, resetPeak } from './memory.ts';

export interface OurSide {
  answer(request: Request): Promise<Answer>;
}

/** Runs rows on TensorFlow. */
export function createOurSide(): OurSide {
  let program: Program | undefined;

  const opened = (): Program => {
    if (program === undefined) throw new BenchError('protocol', 'no row has been opened');
    return program;
  };

  return {
    answer: async (request) => {
      switch (request.call) {
        case 'open': {
          const result = await openRow(request);
          program = result.program;
          return result.opened;
        }
        case 'time':
          return { milliseconds: timeRuns(opened(), request) };
        case 'resetPeak':
          return { reset: resetPeak() };
        case 'peak':
          return { peakBytes: memoryOf('VmHWM') };
        case 'profile':
          return writeProfile(opened(), request);
      }
    },
  };
}

async function openRow(request: OpenRequest): Promise<{ program: Program; opened: Opened }> {
  const info = await startBackend({ backend: 'tensorflow' });
  const row = rowNamed(suiteNamed(request.suite), request.row);
  collectGarbage();
  const residentBytes = memoryOf('VmRSS');
  const program = row.build(await loadInputs(request.inputs), { precision: request.precision });
  const start = performance.now();
  program.run();
  const firstCallMs = performance.now() - start;
  for (let i = 1; i < request.comparedRuns; i++) program.run();
  await writeOutputs(request.outputs, program);
  collectGarbage();
  const library = `Borealis on TensorFlow ${info.tensorflowVersion ?? ''}, Node ${process.versions.node}`;
  return { program, opened: { library, device: info.device, firstCallMs, residentBytes } };
}

async function writeOutputs(path: string, program: Program): Promise<void> {
  const outputs = Object.entries(program.outputs()).map(
    ([name, tensor]) => [name, tensorOf(tensor.dataSync<'float32'>(), tensor.shape)] as const,
  );
  await writeSafetensors(path, outputs);
}

/** One at a time, so that no more than one of them waits in JavaScript, too, before TensorFlow has it. */
async function loadInputs(path: string): Promise<Map<string, tf.Tensor>> {
  const file = await openSafetensors(path);
  const inputs = new Map<string, tf.Tensor>();
  try {
    for (const name of file.names) {
      const waiting = inputTensor(await file.read(name));
      const copied = tf.tidy(() => tf.add(waiting, tf.scalar(0, waiting.dtype as 'float32' | 'int32')));
      inputs.set(name, copied);
      waiting.dispose();
      collectGarbage();
    }
  } finally {
    await file.close();
  }
  return inputs;
}

/** Where Node was started with `--expose-gc`: what JavaScript no longer uses should not count as memory of the row. */
function collectGarbage(): void {
  globalThis.gc?.();
}

async function writeProfile(
  program: Program,
  { iterations, trace: path }: ProfileRequest,
): Promise<{ written: true }> {
  const { trace } = await profile(() => {
    for (let i = 0; i < iterations; i++) program.run();
  });
  await writeFile(path, JSON.stringify(trace));
  return { written: true };
}

function timeRuns(
  program: Program,
  { iterations, untimed }: { readonly iterations: number; readonly untimed: number },
): number {
  for (let i = 0; i < untimed; i++) program.run();
  const start = performance.now();
  for (let i = 0; i < iterations; i++) program.run();
  return performance.now() - start;
}
