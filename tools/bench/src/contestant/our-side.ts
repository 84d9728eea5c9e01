import { writeFile } from 'node:fs/promises';
import { loadTensors, profile, saveTensors, startBackend } from '@borealis/tensor';
import { BenchError } from '../bench-error.ts';
import type { Answer, OpenRequest, Opened, ProfileRequest, Request } from '../contest/protocol.ts';
import type { Program } from '../programs/program.ts';
import { rowNamed, suiteNamed } from '../suites/suites.ts';
import { ownBytes, watchPeak } from './memory.ts';

export interface OurSide {
  answer(request: Request): Promise<Answer>;
}

/** Runs rows on TensorFlow. */
export function createOurSide(): OurSide {
  let program: Program | undefined;
  let peak: ReturnType<typeof watchPeak>;

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
          return { milliseconds: await timeRuns(opened(), request) };
        case 'resetPeak':
          peak = watchPeak();
          return { reset: peak !== undefined };
        case 'peak':
          return { peakBytes: peak?.() ?? null };
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
  const residentBytes = ownBytes();
  const { tensors } = await loadTensors(request.inputs);
  const program = row.build(tensors, { precision: request.precision });
  const start = performance.now();
  await program.run();
  const firstCallMs = performance.now() - start;
  for (let i = 1; i < request.comparedRuns; i++) await program.run();
  await saveTensors(request.outputs, Object.entries(await program.outputs()));
  collectGarbage();
  const library = `Borealis on TensorFlow ${info.tensorflowVersion ?? ''}, Node ${process.versions.node}`;
  return { program, opened: { library, device: info.device, firstCallMs, residentBytes } };
}

/**
 * Where Node was started with `--expose-gc`: what JavaScript no longer uses should not count as memory of the row, nor its
 * heap's shrinking, which may come at any later time, be set off against it.
 */
function collectGarbage(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

async function writeProfile(
  program: Program,
  { iterations, trace: path }: ProfileRequest,
): Promise<{ written: true }> {
  const { trace } = await profile(async () => {
    for (let i = 0; i < iterations; i++) await program.run();
  });
  await writeFile(path, JSON.stringify(trace));
  return { written: true };
}

async function timeRuns(
  program: Program,
  { iterations, untimed }: { readonly iterations: number; readonly untimed: number },
): Promise<number> {
  for (let i = 0; i < untimed; i++) await program.run();
  const start = performance.now();
  for (let i = 0; i < iterations; i++) {
    const running = program.run();
    if (running !== undefined) await running; // where nothing is waited for, no turn of the event loop is timed
  }
  return performance.now() - start;
}
